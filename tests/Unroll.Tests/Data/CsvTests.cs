using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Unroll.Data;
using Xunit;

namespace Unroll.Tests.Data;

/// <summary>The rules of RFC 4180, whatever the bytes come in.</summary>
public class CsvTests
{
    private static readonly DataFormat TwoColumns = new() { Kind = DataKind.Csv, Header = false, Delimiter = ',' };

    [Theory]
    [InlineData("a,x\nb,y\n", "1:a|x 2:b|y")]
    [InlineData("a,x\rb,y\r\nc,z", "1:a|x 2:b|y 3:c|z")]
    [InlineData("a,\nb,", "1:a| 2:b|")]
    [InlineData("\r\n\na,x\r\rb,y\n\n", "3:a|x 5:b|y")]
    [InlineData("\"a\",\"x\"\n\"b\",\"\"", "1:a|x 2:b|")]
    [InlineData("\"a,\",\"\"\"x\"\"\"\nb,\"\"\"\"", "1:a,|\"x\" 2:b|\"")]
    [InlineData("a,\"1\n2\r3\r\n4\"\nb,y", "1:a|1\n2\r3\r\n4 5:b|y")]
    [InlineData("a,\"\r\n\"\r\nb,y", "1:a|\r\n 3:b|y")]
    [InlineData("é,電影\nb, x ", "1:é|電影 2:b| x ")]
    public void Records_fields_and_lines(string content, string expected) => ForEveryChunk(content, stream =>
        Assert.Equal(
            expected, string.Join(' ', DataFile.Read(stream, TwoColumns).Select(row => $"{row.Line}:{row.Label}|{row.Text}"))));

    [Theory]
    [InlineData("a,x\rb,\"y\"z", "x:2: \"z\" after the closing quote of a field, expected the delimiter")]
    [InlineData("a,\"x\r\n\r\n\" y,z\n", "x:3: \" y\" after the closing quote of a field opened on line 1")]
    [InlineData("a,x\n\nb, \"y\"\n", "x:3: a quote inside the unquoted field \" \"y\"\" (character 2)")]
    [InlineData("a,x\nb,\"y\n\nz", "x:2: the quote that opens the field \"\"y  z\" is never closed")]
    // A doubled quote at the end closes nothing.
    [InlineData("a,x\nb,\"y\"\"", "x:2: the quote that opens the field \"\"y\"\"\" is never closed")]
    // The line is the field's own, though an earlier one holds the same characters.
    [InlineData("\" \"\"\n\", \"\n", "x:2: a quote inside the unquoted field \" \"\" (character 2)")]
    [InlineData("x,\"1\n2\"\ny\n", "x:3: 1 column, expected 2 as in the first row")]
    public void Errors(string content, string expected) => ForEveryChunk(content, stream => Assert.StartsWith(
        expected, Reading.Error(() => DataFile.Read(stream, TwoColumns, "x").Count()), StringComparison.Ordinal));

    [Fact]
    public void Any_fields_written_are_read_back_at_every_chunk() => Prop.ForAll(
        Table(), Gen.Elements(',', ';', '\t', '|', '¦').ToArbitrary(), Gen.Elements("\n", "\r", "\r\n").ToArbitrary(),
        (rows, delimiter, lineEnd) =>
        {
            string[] header = [.. rows[0].Select((_, i) => $"c{i}")];
            string content = string.Concat(rows.Prepend(header).Select(row => CsvLine.Of(row, delimiter)[..^1] + lineEnd));
            ForEveryChunk(content, stream =>
            {
                using DataTable table = DataTable.Open(
                    stream, new DataFormat { Kind = DataKind.Csv, Delimiter = delimiter, TextColumn = "c0" });
                Assert.Equal(header, table.Header.Fields);
                Assert.Equal(rows, table.Rows().Select(row => row.Fields.ToArray()));
            });
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(new[] { "a", "", "so fine" }, ',', "a,,so fine\n")]
    [InlineData(new[] { "a,b", "a;b", "\"", "x\ny", "x\ry" }, ',', "\"a,b\",a;b,\"\"\"\",\"x\ny\",\"x\ry\"\n")]
    [InlineData(new[] { "a,b", "a;b", " a", "a " }, ';', "a,b;\"a;b\";\" a\";\"a \"\n")]
    [InlineData(new[] { "" }, ',', "\"\"\n")]
    [InlineData(new string[0], ',', "\n")]
    public void Fields_are_quoted_where_they_have_to_be(string[] fields, char delimiter, string expected) =>
        Assert.Equal(expected, CsvLine.Of(fields, delimiter));

    [Fact]
    public void Formulas_are_escaped_where_that_is_asked_for()
    {
        string[] fields = ["=1+\"2", "+1", "-1", "@x", "\tx", "1=", ""];
        Assert.Equal("\"=1+\"\"2\",+1,-1,@x,\tx,1=,\n", CsvLine.Of(fields));
        Assert.Equal("\"'=1+\"\"2\",\"'+1\",\"'-1\",\"'@x\",\"'\tx\",1=,\n", CsvLine.Of(fields, escapeFormulas: true));
    }

    [Theory]
    [InlineData('"')]
    [InlineData('\n')]
    [InlineData('\r')]
    [InlineData('\ud83d')]
    public void What_cannot_part_columns_is_refused(char delimiter) => Assert.StartsWith(
        "DataFormat.Delimiter is a quote, a line end or half a character",
        Reading.Error(() => Reading.Input("label,text\na,x\n", new DataFormat { Kind = DataKind.Csv, Delimiter = delimiter })),
        StringComparison.Ordinal);

    private static void ForEveryChunk(string content, Action<Stream> check)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(content);
        foreach (int size in (int[])[1, 2, 3, 5, 7, 1 << 20])
            check(new ChunkedStream(bytes, size));
    }

    private static Arbitrary<string[][]> Table()
    {
        Gen<string> piece = Gen.Elements(
            "\"", "\"\"", ",", ";", "\t", "|", "¦", "\n", "\r", "\r\n", " ", "a", "bc", "é", "電", "👍🏽");
        Gen<string> field = piece.ListOf().Select(parts => string.Concat(parts));
        return Gen.Choose(1, 4).SelectMany(columns => field.ArrayOf(columns).NonEmptyListOf())
            .Select(rows => rows.ToArray()).ToArbitrary();
    }
}
