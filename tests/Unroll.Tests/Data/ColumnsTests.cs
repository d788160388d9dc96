using Unroll.Data;
using Xunit;

namespace Unroll.Tests.Data;

/// <summary>What parts columns is found out from several rows, and errors about columns name it.</summary>
public class ColumnsTests
{
    [Theory]
    [InlineData("label|text\na|x\n", "a|x")]
    [InlineData("label;text (a, b, or c)\na;x\nb;y\n", "a|x b|y", "2")]
    [InlineData("label;text;note, in short, and more\na;x;1,5\nb;y;2,5\n", "a|x b|y")]
    [InlineData("label,text,a;b;c;d\na,x,1;2\n", "a|x")]
    [InlineData("sep=;\nlabel;text\na;x, y\n", "a|x, y")]
    [InlineData("\"sep=|\"\r\nlabel|text\r\na|x\r\n", "a|x")]
    [InlineData("sep=\t\nlabel\ttext\na\tx\n", "a|x")]
    [InlineData("\"label\",\"text\n(a; b; c)\"\na,x\n", "a|x", "2")]
    [InlineData("label,text\na,x\n\u001A", "a|x")]
    [InlineData("label,text\na,x\u001A", "a|x")]
    [InlineData("\n \nlabel,text\na,x\n", "a|x")]
    [InlineData("label;amount;text\na;1,5;x\nb;2,5;y\n", "a|x b|y")]
    public void The_delimiter_is_found_out(string content, string expected, string? text = null) =>
        Assert.Equal(expected, Rows(content, new DataFormat { Kind = DataKind.Csv, TextColumn = text }));

    [Fact]
    public void A_sign_for_the_end_alone_is_an_empty_file() => Assert.StartsWith(
        "standard input: empty file", Reading.Error(() => Reading.Input("\u001A")), StringComparison.Ordinal);

    [Theory]
    [InlineData("good,fine; really; very; fine\nbad,tune\ngood,tune\n", "good|fine; really; very; fine bad|tune good|tune")]
    [InlineData("good;a, b\nbad;c\n", "good|a, b bad|c")]
    [InlineData("good|a, b, c\nbad|\"d\"\n", "good|a, b, c bad|d")]
    public void Without_a_header_too(string content, string expected) =>
        Assert.Equal(expected, Rows(content, new DataFormat { Kind = DataKind.Csv, Header = false }));

    [Theory]
    [InlineData("a.csv", "label,text\ra,x\rb,y\r", "a|x b|y")]
    [InlineData("a.tsv", "label\ttext\ra\tx\rb\ty\r", "a|x b|y")]
    [InlineData("a.jsonl", "{\"label\":1,\"text\":\"x\"}\r{\"label\":2,\"text\":\"y\"}", "1|x 2|y")]
    [InlineData("a.ft", "__label__a x\r__label__b y\r", "a|x b|y")]
    [InlineData("a.tsv", "label\ttext\na\tx\ry\n", "a|x\ry")]
    public void Lines_may_end_in_a_carriage_return(string name, string content, string expected) => Assert.Equal(
        expected, string.Join(' ', DataFile.Read(Reading.Stream(content), name: name).Select(row => $"{row.Label}|{row.Text}")));

    [Theory]
    [InlineData(
        "label,text\na,x,\n",
        "2: 3 columns, expected 2 as in the first row; the row ends in a comma, and the first row does not: take it off")]
    [InlineData("label;text\na;x;;\n", "2: 4 columns, expected 2 as in the first row; the row ends in a semicolon")]
    [InlineData(
        "label,text,\na,x\n", "2: 2 columns, expected 3 as in the first row; the first row ends in a comma, and this one does "
            + "not")]
    [InlineData(
        "label,text,id\na,x\n",
        "2: 2 columns, expected 3 as in the first row; give the row every column, each behind a comma, or set "
            + "DataFormat.Delimiter if commas do not")]
    [InlineData(
        "label,text\na,x, y\n",
        "2: 3 columns, expected 2 as in the first row; quote a text that holds the delimiter, a comma, or set "
            + "DataFormat.Delimiter")]
    [InlineData(
        "label,text\na,x\nb;y\n",
        "3: 1 column, expected 2 as in the first row; the columns are parted by commas, this row by semicolons; use one of them")]
    [InlineData(
        "label,text\na,x\ry\nb,z\n", "3: 1 column, expected 2 as in the first row; a CR without LF (U+000D) ends a row here")]
    [InlineData("label,text\na, \"x\"\n", "2: a quote inside the unquoted field \" \"x\"\" (character 2); take the blank before")]
    [InlineData(
        "label\ttext\na\t\"so\" he said\n",
        "2: \" he said\" after the closing quote of a field, expected the delimiter, tab; double the quotes inside a field, "
            + "or give DataFormat.Kind = Tsv")]
    [InlineData("label,text\na,x\n\u001A\n", "3: 1 column, expected 2 as in the first row; the row is Ctrl-Z (U+001A)")]
    public void Rows_of_another_length_are_told_apart(string content, string expected) => AssertError(content, expected);

    [Theory]
    [InlineData("label\ttext\na\tx\t\n", "2: 3 columns, expected 2 as in the first row; the row ends in a tab")]
    [InlineData("label\ttext\r\na\tx\rb\ty\r\n", "2: 3 columns, expected 2 as in the first row; a CR without LF (U+000D)")]
    [InlineData("{\"label\":\"a\",\"text\":\"x\"},\n", "1: not JSON at byte 25 (a comma stands behind the object")]
    [InlineData("{\"label\":\"a\",\"text\":\"x\"}{}\n", "1: not JSON at byte 25 (more than one object stands on the line")]
    [InlineData("{\"label\":\"a\",\"text\":NaN}\n", "1: not JSON at byte 21 (JSON has no NaN")]
    [InlineData("{'label':'a','text':'x'}\n", "1: not JSON at byte 2 (a dict of Python", DataKind.Jsonl)]
    public void What_other_programs_write_is_told_in_words(string content, string expected, DataKind? kind = null) =>
        AssertError(content, expected, kind);

    [Theory]
    [InlineData("a,b\na,x\n", "has no column \"label\"", "(columns are parted by commas; DataFormat.Delimiter sets another)")]
    [InlineData("a;b\na;x\n", "has no column \"label\"", "(columns are parted by semicolons; DataFormat.Delimiter sets another)")]
    [InlineData(
        "label^text\na^x\n", "",
        "; columns seem to be parted by \"^\", give DataFormat.Kind = Csv and DataFormat.Delimiter = \"^\"")]
    [InlineData(
        "label\u0001text\na\u0001x\n", "",
        "seem to be parted by \"\\u0001\", give DataFormat.Kind = Csv and DataFormat.Delimiter = \"\\u0001\"")]
    [InlineData(
        "labeltext\nx\n", "", "(no comma, semicolon, tab or pipe parts the first line; DataFormat.Delimiter sets what does)")]
    public void Errors_about_columns_name_the_delimiter(string content, string part, string end)
    {
        string error = Reading.Error(() => Reading.Input(content, new DataFormat { Kind = DataKind.Csv }));
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.EndsWith(end, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "label,text\na,x\n",
        "; columns seem to be parted by commas, give DataFormat.Kind = Csv and DataFormat.Delimiter = \",\"")]
    [InlineData("a\tb\na\tx\n", " (columns are parted by tabs; DataFormat.Kind = Csv reads others)")]
    public void Tabs_are_named_too(string content, string end) => Assert.EndsWith(
        end, Reading.Error(() => DataFile.Read(Reading.Stream(content), name: "a.tab").Count()), StringComparison.Ordinal);

    [Theory]
    [InlineData(
        "{\"label\":1,\"data\":{\"text\":\"x\"}}", null, "key \"text\" stands inside \"data\", and only the keys of the outer")]
    [InlineData("{\"label\":1,\"data\":{\"text\":\"x\"}}", "data.text", "key \"data.text\" stands inside \"data\"")]
    [InlineData("{\"label\":1,\"data\":{\"text\":\"x\"}}", "data/text", "key \"data/text\" stands inside \"data\"")]
    [InlineData("{\"label\":1,\"rows\":[{\"text\":\"x\"}]}", null, "key \"text\" stands inside \"rows\"")]
    [InlineData(
        "{\n\"label\":1,\n\"text\":\"x\"\n}", null,
        "the JSON object is not closed on its line, expected one whole object a line; jq -c . ")]
    [InlineData("{\"label\":1,\"text\":\"x\ny\"}", null, "the JSON object is not closed on its line")]
    [InlineData(
        "[\n  {\"label\":1,\"text\":\"x\"}\n]", null,
        "\"[\" is no JSON object, expected one a line; jq -c '.[]' makes lines of an array")]
    [InlineData(
        "{\"label\":\"a\\nb\",\"text\":\"x\"}", null, "the label \"a b\" holds a line end (U+000A), expected one line of text")]
    [InlineData("{\"label\":\"a\\tb\",\"text\":\"x\"}", null, "the label \"a\\tb\" holds a tab (U+0009)")]
    [InlineData("{\"label\":\"a\\u001bb\",\"text\":\"x\"}", null, "the label \"a\\u001Bb\" holds a control character (U+001B)")]
    [InlineData("{\"label\":\"\\u200b\",\"text\":\"x\"}", null, "the label is empty")]
    public void Json_is_one_object_a_line(string content, string? text, string expected)
    {
        string error = Reading.Error(() => Reading.Input(content, new DataFormat { Kind = DataKind.Jsonl, TextColumn = text }));
        Assert.StartsWith($"standard input:1: {expected}", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("so fine __label__a\n", "1: the label \"__label__a\" stands behind the text, expected it in front")]
    public void A_label_of_fastText_stands_in_front(string content, string expected)
    {
        AssertError(content, expected, null);
        AssertError(content, expected, DataKind.FastText);
    }

    [Theory]
    [InlineData("__label__a,so fine\n__label__b dull\n", "1 label holds a comma or another sign that parts words (\"a,so\"); a")]
    [InlineData(
        "__label__a,so fine\n__label__b;so dull\n",
        "2 labels hold a comma or another sign that parts words (\"a,so\", \"b;so\");")]
    [InlineData("__label__a:so fine\n__label__b dull\n", "1 label holds a comma or another sign that parts words")]
    [InlineData("__label__a. so fine\n__label__b dull\n", "1 label holds a comma or another sign that parts words")]
    [InlineData("__label__a__label__c so\n__label__b dull\n", "1 label holds a comma or another sign that parts words")]
    public void Labels_glued_to_the_text_are_told(string content, string expected)
    {
        var notes = new List<string>();
        Assert.Equal(2, DataFile.Read(Reading.Stream(content), note: notes.Add).Count());
        Assert.StartsWith($"stream: {expected}", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("label,text\na,so \0 fine\n", "2: byte 6 is NUL, expected text; take NUL out of the file (tr -d '\\000')")]
    public void One_NUL_is_no_other_encoding(string content, string expected) => AssertError(content, expected);

    private static void AssertError(string content, string expected) => AssertError(content, expected, DataKind.Csv);

    private static void AssertError(string content, string expected, DataKind? kind) => Assert.StartsWith(
        $"standard input:{expected}", Reading.Error(() => Reading.Input(content, new DataFormat { Kind = kind })),
        StringComparison.Ordinal);

    private static string Rows(string content, DataFormat format) =>
        string.Join(' ', Reading.Input(content, format).Select(row => $"{row.Label}|{row.Text}"));
}
