using System.Text;
using Unroll.Data;
using Xunit;

namespace Unroll.Tests.Data;

/// <summary>Rows without labels: tables, of which one column is the text, and lines.</summary>
public class DataTableTests
{
    [Theory]
    [InlineData("id;Text\n1;\"so; fine\"\n\n2;dull\n", "2:1|so; fine 4:2|dull", "1;\"so; fine\"\n")]
    [InlineData("id\tText\n1\t\"so\n2\tdull", "2:1|\"so 3:2|dull", "1\t\"so\n")]
    public void Rows_come_whole_and_are_written_as_they_were(string content, string rows, string first)
    {
        using DataTable table = DataTable.Open(new MemoryStream(Encoding.UTF8.GetBytes(content)));
        Assert.Equal(["id", "Text"], table.Header.Fields);
        Assert.Equal((1, 1), (table.Header.Line, table.TextColumn));
        TableRow[] read = [.. table.Rows()];
        Assert.Equal(rows, string.Join(' ', read.Select(row => $"{row.Line}:{string.Join('|', row.Fields)}")));
        Assert.Equal(first, table.Format(read[0].Fields));
    }

    [Fact]
    public void A_file_that_gzip_compressed_is_a_table_too()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.csv.gz"], Reading.Gzip("x|y\n1|2\n"));
        using DataTable table = DataTable.Open(folder["a.csv.gz"], new DataFormat { Delimiter = '|', TextColumn = "1" });
        Assert.Equal((0, "2"), (table.TextColumn, Assert.Single(table.Rows()).Fields[1]));
    }

    [Fact]
    public void A_tab_in_a_field_of_tsv_becomes_a_space()
    {
        using DataTable table = DataTable.Open(new MemoryStream("text\tx\n"u8.ToArray()));
        Assert.Equal("a b c\td\n", table.Format(["a\tb\r\nc", "d"]));
    }

    [Theory]
    [InlineData("", null, "stream: empty file; expected a UTF-8 file with a header (CSV or TSV)")]
    [InlineData("\n\n", null, "stream: no header; expected a UTF-8 file with a header (CSV or TSV)")]
    [InlineData(
        "id,text\n", "txt",
        "stream:1: header \"id\", \"text\" has no column \"txt\"; did you mean DataFormat.TextColumn = \"text\"?")]
    [InlineData(
        "id,body\n", null,
        "stream:1: header \"id\", \"body\" has no column \"text\"; give DataFormat.TextColumn one of them or a number")]
    [InlineData("id,text\n", "3", "stream:1: no column 3 for DataFormat.TextColumn among 2 columns; give a number from 1 to 2")]
    [InlineData("{\"text\":1}\n", null, "stream: is jsonl by its first line, expected csv or tsv with a header")]
    [InlineData("__label__a x\n", null, "stream: is fasttext by its first line, expected csv or tsv with a header")]
    public void What_is_no_table_is_refused_in_one_line(string content, string? column, string expected) => Assert.StartsWith(
        expected,
        Reading.Error(
            () => DataTable.Open(new MemoryStream(Encoding.UTF8.GetBytes(content)), new DataFormat { TextColumn = column })),
        StringComparison.Ordinal);

    [Fact]
    public void A_table_has_a_header_and_columns()
    {
        Assert.StartsWith(
            "DataFormat.Header = false is for labelled rows", Error(new DataFormat { Header = false }), StringComparison.Ordinal);
        Assert.StartsWith(
            "stream: is jsonl by its DataFormat.Kind", Error(new DataFormat { Kind = DataKind.Jsonl }), StringComparison.Ordinal);

        static string Error(DataFormat format) =>
            Reading.Error(() => DataTable.Open(new MemoryStream("text\nx\n"u8.ToArray()), format));
    }

    [Fact]
    public void Lines_are_texts_without_labels()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(["so fine", "", "\"dull\t"], DataFile.ReadLines(folder.Write("a.txt", "\uFEFFso fine\r\n\n\"dull\t")));
        Assert.Equal(["so fine", "dull"], DataFile.ReadLines(new MemoryStream(Reading.Gzip("so fine\ndull\n"))));
        Assert.Empty(DataFile.ReadLines(new MemoryStream()));
        Assert.StartsWith(
            $"{folder["none"]}: no such file; expected a UTF-8 file with one text a line",
            Reading.Error(() => DataFile.ReadLines(folder["none"]).Count()), StringComparison.Ordinal);
        Assert.StartsWith(
            "lines:2: byte 1 is NUL", Reading.Error(
                () => DataFile.ReadLines(new MemoryStream("a\n\0"u8.ToArray()), "lines").Count()),
            StringComparison.Ordinal);
    }
}
