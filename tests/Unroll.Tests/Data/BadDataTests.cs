using System.Text;
using Unroll.Data;
using Xunit;

namespace Unroll.Tests.Data;

/// <summary>Everything that can be wrong with data is one line with the file and the line.</summary>
public class BadDataTests
{
    [Theory]
    // Files that hold nothing.
    [InlineData("a.tsv", "", "a.tsv: empty file; expected a UTF-8 file")]
    [InlineData("a.csv", "\uFEFF", "a.csv: empty file")]
    [InlineData("a.tsv", "label\ttext\n", "a.tsv: a header and no rows")]
    [InlineData("a.csv", "label,text\n\n", "a.csv: a header and no rows")]
    [InlineData("a.jsonl", "\n \n", "a.jsonl: no rows")]
    [InlineData("a.ft", "\n", "a.ft: no rows")]
    // Ragged rows.
    [InlineData(
        "a.tsv", "label\ttext\na\tx\nb x\n",
        "a.tsv:3: no tab in \"b x\", expected label<TAB>text; put exactly one tab in the row")]
    [InlineData("a.tsv", "label\ttext\na\tx\ty\n", "a.tsv:2: 3 columns, expected label<TAB>text")]
    [InlineData("a.tsv", "label\ttext\tid\na\tx\n", "a.tsv:2: 2 columns, expected 3 columns as in the first row")]
    [InlineData(
        "a.csv", "label,text\na,x\n\nb\n",
        "a.csv:4: 1 column, expected 2 as in the first row; give the row every column, each behind a comma, or set "
            + "DataFormat.Delimiter if commas do not part the columns")]
    [InlineData("a.csv", "label,text\na,x,y\n", "a.csv:2: 3 columns, expected 2")]
    // Stray quotes.
    [InlineData(
        "a.csv", "label,text\na,\"1\n2\"\na,so \"fine\"\n",
        "a.csv:4: a quote inside the unquoted field \"so \"fine\"\" (character 4); put the field in quotes")]
    [InlineData(
        "a.csv", "label,text\n\"a\n\",\"x\nb,y\n", "a.csv:3: the quote that opens the field \"\"x b,y \" is never closed")]
    [InlineData(
        "a.csv", "label,text\na,\"so\" fine\n", "a.csv:2: \" fine\" after the closing quote of a field, expected the delimiter")]
    [InlineData(
        "a.csv", "label,text\na,\"so\nb,\"fine\"\n", "a.csv:3: \"fine\"\" after the closing quote of a field opened on line 2")]
    [InlineData("a.csv", "id,label,text\n1\"2,a,x\n", "a.csv:2: a quote inside the unquoted field")]
    // Columns.
    [InlineData(
        "a.tsv", "pos\tfine\nneg\tdull\n",
        "a.tsv:1: header \"pos\", \"fine\" has no column \"label\"; name the columns with DataFormat.LabelColumn and "
            + "DataFormat.TextColumn, or give DataFormat.Header = false")]
    [InlineData("a.csv", "label,review\na,x\n", "a.csv:1: header \"label\", \"review\" has no column \"text\"; name the columns")]
    [InlineData(
        "a.csv", "label,text,Label\na,x,b\n",
        "a.csv:1: 2 columns have the name \"label\", expected one; give DataFormat.LabelColumn a number from 1 to 3")]
    // Labels.
    [InlineData("a.tsv", "label\ttext\n\tx\n", "a.tsv:2: the label is empty, expected one")]
    [InlineData("a.csv", "label,text\n\" \n\",x\n", "a.csv:2: the label is empty")]
    [InlineData("a.jsonl", "{\"label\":\"\",\"text\":\"x\"}", "a.jsonl:1: the label is empty")]
    [InlineData("a.ft", "__label__ x\n", "a.ft:1: the label is empty")]
    // JSON.
    [InlineData(
        "a.jsonl", "{\"label\":\"a\",\"text\":\"x\"}\n{\"label\":\"a\",\"text\":\"x\"\n", "a.jsonl:2: not JSON at byte 24 (")]
    [InlineData("a.jsonl", "{\"label\":\"a\",\"text\":\"x\"} {}", "a.jsonl:1: not JSON at byte 26 (")]
    [InlineData("a.jsonl", "{'label':1}", "a.jsonl:1: not JSON at byte 2 (")]
    [InlineData(
        "a.json", "[{\"label\":\"a\",\"text\":\"x\"}]",
        "a.json:1: \"[{\"label\":\"a\",\"text\":\"x\"}]\" is no JSON object, expected one a line; jq -c '.[]' makes lines of "
            + "an array")]
    [InlineData("a.jsonl", "7", "a.jsonl:1: \"7\" is no JSON object, expected one a line")]
    [InlineData(
        "a.jsonl", "{\"label\":1}",
        "a.jsonl:1: keys \"label\", expected a key \"text\"; name the key with DataFormat.TextColumn")]
    [InlineData(
        "a.jsonl", "{\"Label\":1,\"text\":\"x\"}",
        "a.jsonl:1: keys \"Label\", \"text\", expected a key \"label\"; did you mean DataFormat.LabelColumn = \"Label\"?")]
    [InlineData("a.jsonl", "{}", "a.jsonl:1: the object is empty, expected a key \"label\"")]
    [InlineData(
        "a.jsonl", "{\"label\":null,\"text\":\"x\"}",
        "a.jsonl:1: key \"label\" is null, expected a string, a number, true or false")]
    [InlineData("a.jsonl", "{\"label\":1,\"text\":[\"x\"]}", "a.jsonl:1: key \"text\" is an array, expected a string")]
    [InlineData("a.jsonl", "{\"label\":1,\"text\":5}", "a.jsonl:1: key \"text\" is a number, expected a string")]
    [InlineData("a.jsonl", "{\"label\":1,\"label\":2,\"text\":\"x\"}", "a.jsonl:1: key \"label\" comes twice, expected it once")]
    [InlineData("a.jsonl", "{\"label\":1,\"text\":\"\\ud800\"}", "a.jsonl:1: a \\u escape is half a character")]
    // fastText.
    [InlineData("a.ft", "__label__a x\nso fine\n", "a.ft:2: \"so fine\" has no label, expected __label__NAME")]
    [InlineData(
        "a.ft", "__label__a x __label__b\n",
        "a.ft:1: the label \"__label__b\" stands behind the text, expected it in front")]
    // What is it?
    [InlineData(
        "a.txt", "fine\n",
        "a.txt:1: \"fine\" does not show what the data is; give DataFormat.Kind = Tsv or Csv or Jsonl or FastText")]
    public void Content(string name, string content, string expected)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write(name, content);
        Assert.StartsWith(folder[expected], Reading.Error(() => Reading.File(path)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "label,text\na,x\n", "lable", null, true,
        "standard input:1: header \"label\", \"text\" has no column \"lable\"; did you mean DataFormat.LabelColumn = \"label\"?")]
    [InlineData(
        "label,text\na,x\n", null, "sentence", true,
        "standard input:1: header \"label\", \"text\" has no column \"sentence\"; give DataFormat.TextColumn one of them or a "
            + "number")]
    [InlineData(
        "label,text\na,x\n", null, "3", true,
        "standard input:1: no column 3 for DataFormat.TextColumn among 2 columns; give a number from 1 to 2")]
    [InlineData("label,text\na,x\n", null, "0", true, "standard input:1: no column 0 for DataFormat.TextColumn")]
    [InlineData("label,text\na,x\n", "2", null, true, "standard input:1: column 2 is both label and text, expected two")]
    [InlineData(
        "a,x\n", "label", null, false,
        "standard input:1: DataFormat.LabelColumn is \"label\" and DataFormat.Header = false means that no column has a name; "
            + "give a number from 1 to 2")]
    [InlineData("{\"text\":\"x\"}", "text", null, true, "standard input: key \"text\" is both label and text")]
    [InlineData("{\"text\":\"x\"}", null, null, false, "DataFormat.Header = false is for tsv and csv, the data is jsonl")]
    [InlineData(
        "__label__a x", "1", null, true,
        "DataFormat.LabelColumn and DataFormat.TextColumn are for tsv, csv and jsonl, the data is fasttext")]
    public void Options_that_do_not_fit(string content, string? label, string? text, bool header, string expected)
    {
        DataFormat format = new() { LabelColumn = label, TextColumn = text, Header = header };
        Assert.StartsWith(expected, Reading.Error(() => Reading.Input(content, format)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_delimiter_is_for_csv() => Assert.StartsWith(
        "DataFormat.Delimiter is for csv, the data is tsv; leave it out or give DataFormat.Kind = Csv",
        Reading.Error(() => Reading.Input("label\ttext\na\tx\n", new DataFormat { Delimiter = ';' })),
        StringComparison.Ordinal);

    [Fact]
    public void Bytes_that_are_no_text()
    {
        AssertError("standard input:2: byte 4 is NUL, expected text", [.. "label,text\na,x"u8, 0, .. "y\n"u8]);
        AssertError("standard input:3: 0xE9 at byte 6 is not UTF-8", [.. "label,text\na,x\nb,caf"u8, 0xE9, (byte)'\n']);
        AssertError(
            "standard input:1: the file is UTF-16, expected UTF-8",
            [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("label,text\na,x\n")]);
        AssertError(
            "standard input:1: the file is UTF-16", [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes("label,text\na,x\n")]);
        AssertError(
            "standard input:1: byte 2 is NUL, expected text; save the file as UTF-8 (iconv -f UTF-16",
            Encoding.Unicode.GetBytes("label,text\na,x\n"));
    }

    [Fact]
    public void Gzip_that_is_cut_short_or_damaged()
    {
        string content = "label,text\n" + string.Concat(Enumerable.Range(0, 5000).Select(i => $"a,{i * 7919 % 5000}\n"));
        byte[] whole = Reading.Gzip(content);
        Assert.Equal(5000, Reading.Input(whole).Length);
        int tried = 0;
        for (int length = 3; length < whole.Length; length += length > whole.Length - 20 ? 1 : whole.Length / 40)
        {
            AssertGzipError(whole[..length]);
            tried++;
        }
        Assert.True(tried > 40);
        AssertGzipError([.. whole[..^8], 0, 0, 0, 0, .. whole[^4..]]);

        // The bytes after the damage may read as other text before the end shows that they are not whole.
        static void AssertGzipError(byte[] bytes)
        {
            int rows = 0;
            string error = Reading.Error(() => Reading.Input(() => new MemoryStream(bytes)).Count(_ => ++rows > 0));
            Assert.StartsWith("standard input:", error, StringComparison.Ordinal);
            Assert.Contains("the gzip data ends too early or is damaged", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Files_that_are_not_there_or_not_files()
    {
        using var folder = new TemporaryFolder();
        Assert.StartsWith(
            $"{folder["none"]}: no such file; expected a UTF-8 file of labelled texts",
            Reading.Error(() => Reading.File(folder["none"])), StringComparison.Ordinal);
        Assert.StartsWith(
            $"{folder.Root}: is a folder", Reading.Error(() => Reading.File(folder.Root)), StringComparison.Ordinal);
        string plain = folder.Write("a.csv.gz", "label,text\na,x\n");
        Assert.StartsWith(
            $"{plain}: not gzip data, expected it by the file's name", Reading.Error(() => Reading.File(plain)),
            StringComparison.Ordinal);
    }

    private static void AssertError(string expected, byte[] content) =>
        Assert.StartsWith(expected, Reading.Error(() => Reading.Input(content)), StringComparison.Ordinal);
}
