using Unroll.Data;
using Xunit;

namespace Unroll.Tests.Data;

/// <summary>Texts to classify come out of rows of data and out of plain lines, told apart by name and first line.</summary>
public class TextRowsTests
{
    [Theory]
    // Rows, with labels and without.
    [InlineData("a.tsv", "label\ttext\npos\tso fine\n", "tsv", "2:so fine")]
    [InlineData("a.csv", "text,label\n\"so, fine\",pos\n", "csv", "2:so, fine")]
    [InlineData("a.csv", "id,text\n1,so fine\n", "csv", "2:so fine")]
    [InlineData("a.csv", "\uFEFFtext\n\"so, fine\"\nso, fine\n", "csv", "2:so, fine 3:so, fine")]
    [InlineData("a.jsonl", "{\"label\":\"pos\",\"text\":\"so fine\"}\n{\"text\":\"dull\"}\n", "jsonl", "1:so fine 2:dull")]
    [InlineData("a.ft", "__label__pos so fine\n__label__neg __label__sad dull\n", "fasttext", "1:so fine 2:dull")]
    // The same under a name that says nothing.
    [InlineData("x", "label\ttext\npos\tso fine\n", "tsv", "2:so fine")]
    [InlineData("x", "label,text\npos,so fine\n", "csv", "2:so fine")]
    [InlineData("x", "Text;id\nso, fine;1\n", "csv", "2:so, fine")]
    [InlineData("x", "\"label\",\"text\"\n\"pos\",\"so fine\"\n", "csv", "2:so fine")]
    [InlineData("x", "label, text\npos, so fine\n", "csv", "2: so fine")]
    [InlineData("x", "text\nso, fine\n", "csv", "2:so, fine")]
    [InlineData("x", "sep=;\nlabel;text\npos;so fine\n", "csv", "3:so fine")]
    [InlineData("x", "label|text\npos|so fine\n", "csv", "2:so fine")]
    [InlineData("x", "{\"text\":\"so fine\",\"label\":null}\n", "jsonl", "1:so fine")]
    [InlineData("x", "\uFEFF__label__pos so fine\n", "fasttext", "1:so fine")]
    [InlineData("x", "\n\nlabel,text\npos,so fine\n", "csv", "4:so fine")]
    // Plain lines.
    [InlineData("x", "so fine\n\ndull\n", null, "1:so fine 2: 3:dull")]
    [InlineData("x", "\nso fine\n", null, "1: 2:so fine")]
    [InlineData("x.txt", "Good, but long; and dull\nso fine\n", null, "1:Good, but long; and dull 2:so fine")]
    [InlineData("x", "A label, a text, and a bill.\n", null, "1:A label, a text, and a bill.")]
    [InlineData("x", "{sic} he said\n[music] la\n", null, "1:{sic} he said 2:[music] la")]
    [InlineData("x", "\"so fine\"\na\tb\n", null, "1:\"so fine\" 2:a\tb")]
    [InlineData("x", "so\rfine\r", null, "1:so 2:fine")]
    [InlineData("x", "", null, "")]
    public void Data_and_lines(string name, string content, string? kind, string expected)
    {
        var notes = new List<string>();
        TextRow[] rows = [.. DataFile.ReadTexts(Reading.Stream(content), name: name, note: notes.Add)];
        Assert.Equal(expected, string.Join(' ', rows.Select(row => $"{row.Line}:{row.Text}")));
        if (kind is null)
            Assert.Empty(notes);
        else
            Assert.StartsWith($"{name}: read as {kind}, the texts ", Assert.Single(notes), StringComparison.Ordinal);
        Assert.Equal(rows, DataFile.ReadTexts(new ChunkedStream(System.Text.Encoding.UTF8.GetBytes(content), 3), name: name));
        using var folder = new TemporaryFolder();
        Assert.Equal(rows, DataFile.ReadTexts(folder.Write(name, content)));
    }

    [Theory]
    [InlineData("Lines", null, "label,text\n{\"a\":1}\n__label__x y\n", "label,text {\"a\":1} __label__x y")]
    [InlineData("Csv", null, "label;text\npos;so fine\n", "so fine")]
    [InlineData("FastText", null, "so fine\n", "so fine")]
    [InlineData(null, "review", "review,stars\nso fine,5\n", "so fine")]
    [InlineData(null, "2", "id,body\n1,so fine\n", "so fine")]
    public void Options_say_how(string? kind, string? text, string content, string expected)
    {
        var format = new DataFormat { Kind = kind is null ? null : Enum.Parse<DataKind>(kind), TextColumn = text };
        Assert.Equal(
            expected, string.Join(' ', DataFile.ReadTexts(Reading.Stream(content), format).Select(row => row.Text)));
    }

    [Fact]
    public void Without_a_header_the_text_is_the_second_column_or_the_only_one()
    {
        var format = new DataFormat { Header = false };
        Assert.Equal(["so fine"], DataFile.ReadTexts(Reading.Stream("pos,so fine\n"), format).Select(row => row.Text));
        Assert.Equal(["so fine"], DataFile.ReadTexts(Reading.Stream("so fine\n"), format, "a.csv").Select(row => row.Text));
    }

    [Theory]
    [InlineData("x", "id\tsentence\n1\tso fine\n", "x:1: header \"id\", \"sentence\" has no column \"text\"")]
    [InlineData("x", "sentiment,review\npos,so fine\n", "x:1: header \"sentiment\", \"review\" has no column \"text\"")]
    [InlineData("a.csv", "pos,so fine\nneg,dull\n", "a.csv:1: header \"pos\", \"so fine\" has no column \"text\"")]
    [InlineData("x", "{\"body\":\"so fine\"}\n", "x:1: keys \"body\", expected a key \"text\"")]
    [InlineData(
        "x", "{\n\"text\": \"so fine\"\n}\n", "x:1: the JSON object is not closed on its line, expected one whole object")]
    [InlineData("x", "[\n{\"text\": \"so fine\"}\n]\n", "x:1: \"[\" is no JSON object, expected one a line; jq -c")]
    [InlineData(
        "x", "[{\"text\":\"so fine\"}]\n", "x:1: \"[{\"text\":\"so fine\"}]\" is no JSON object, expected one a line; jq")]
    [InlineData("x", "so fine __label__pos\n", "x:1: the label \"__label__pos\" stands behind the text, expected it in front")]
    [InlineData(
        "x", "so fine\n__label__pos so fine\n", "x:2: \"__label__pos so fine\" is a row of data, and line 1 is plain text")]
    [InlineData("x", "so fine\n{\"text\":\"dull\"}\n", "x:2: \"{\"text\":\"dull\"}\" is a row of data, and line 1 is plain text")]
    [InlineData("a.csv", "text,id\n", "a.csv: a header and no rows; expected")]
    [InlineData("a.csv", "\n\n", "a.csv: a header and no rows; expected")]
    [InlineData("x", "\n\n<!DOCTYPE html>\n", "x:1: the file is an HTML page")]
    [InlineData("a.csv", "text,id\nx\n", "a.csv:2: 1 column, expected 2 as in the first row")]
    public void What_is_neither_is_refused_in_one_line(string name, string content, string expected) => Assert.StartsWith(
        expected, Reading.Error(() => DataFile.ReadTexts(Reading.Stream(content), name: name).Count()), StringComparison.Ordinal);

    [Fact]
    public void A_line_is_there_before_the_next_one_comes()
    {
        var stream = new RepeatedStream("so fine\n", "dull\n", long.MaxValue, "");
        using IEnumerator<TextRow> rows = DataFile.ReadTexts(stream).GetEnumerator();
        Assert.True(rows.MoveNext());
        Assert.InRange(stream.BytesRead, 1, 1 << 17);
    }

    [Fact]
    public void Labels_need_another_kind() => Assert.Equal(
        "standard input: DataFormat.Kind = Lines has no labels, expected Tsv or Csv or Jsonl or FastText",
        Reading.Error(() => Reading.Input("so fine\n", new DataFormat { Kind = DataKind.Lines })));
}
