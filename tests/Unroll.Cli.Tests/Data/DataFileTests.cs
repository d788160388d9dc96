using Unroll.Cli.Data;
using Unroll.Tests;
using Unroll.Text;
using Xunit;

namespace Unroll.Cli.Tests.Data;

public class DataFileTests
{
    private static readonly DataRow[] Two = [new(2, "pos", "so fine"), new(3, "neg", "dull")];

    [Theory]
    [InlineData("a.tsv", "label\ttext\npos\tso fine\nneg\tdull\n")]
    [InlineData("a.tab", "Text\tid\tLABEL\r\nso fine\t1\tpos\r\ndull\t2\tneg")]
    [InlineData("a.csv", "label,text\npos,so fine\nneg,\"dull\"\n")]
    [InlineData("a.csv", "label;text\npos;so fine\nneg;dull\n")]
    [InlineData("a.csv", "label\ttext\r\npos\t\"so fine\"\r\nneg\tdull\r\n")]
    [InlineData("a.csv", "\uFEFF\"label\",\"the; id\",\"text\"\npos,1,so fine\nneg,2,dull")]
    [InlineData("a.jsonl", "\n{\"label\":\"pos\",\"text\":\"so fine\"}\n{\"id\":[{\"text\":1}],\"text\":\"dull\",\"label\":\"neg\"}")]
    [InlineData("a.ndjson", " \n{\"label\":\"pos\",\"text\":\"so\\u0020fine\"}\r\n{\"text\":\"dull\",\"label\":\"neg\"}\r\n")]
    [InlineData("a.ft", "\n__label__pos so fine\n__label__neg\tdull\n")]
    public void Every_format_is_known_by_its_name_and_by_its_first_line(string name, string content)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(Two, Reading.File(folder.Write(name, content)));
        File.WriteAllBytes(folder[name + ".gz"], Reading.Gzip(content));
        Assert.Equal(Two, Reading.File(folder[name + ".gz"]));
        // A name that says nothing, with bytes that say gzip.
        File.Move(folder[name + ".gz"], folder["data"]);
        DataFormat format = new() { Kind = content.Contains('\t', StringComparison.Ordinal) && name == "a.csv" ? DataKind.Csv : null };
        if (content[0] is not ('\n' or ' '))
        {
            Assert.Equal(Two, Reading.File(folder["data"], format));
            Assert.Equal(Two, Reading.Input(content, format));
            Assert.Equal(Two, Reading.Input(Reading.Gzip(content), format));
        }
    }

    [Theory]
    [InlineData("{\"label\":1,\"text\":\"\"}", "1")]
    [InlineData("{\"label\":-1.50e2,\"text\":\"\"}", "-1.50e2")]
    [InlineData("{\"label\":true,\"text\":\"\"}", "true")]
    [InlineData("{\"label\":\"\\u00e9 \\\"\",\"text\":\"\"}", "é \"")]
    public void Labels_of_json_are_strings_numbers_and_truth_values(string line, string label) =>
        Assert.Equal([new DataRow(1, label, "")], Reading.Input(line));

    [Fact]
    public void Quotes_of_tsv_are_ordinary_and_quoted_csv_fields_span_lines()
    {
        Assert.Equal([new DataRow(2, "\"a", "\"so\" \"")], Reading.Input("label\ttext\n\"a\t\"so\" \""));
        Assert.Equal(
            [new DataRow(2, "a", "one\r\ntwo, \"three\"\n"), new DataRow(6, "b", ""), new DataRow(7, "b", "x")],
            Reading.Input("label,text\na,\"one\r\ntwo, \"\"three\"\"\n\"\n\n\"b\",\"\"\nb,x"));
    }

    [Fact]
    public void Columns_are_named_or_numbered_with_and_without_a_header()
    {
        DataRow[] rows = Reading.Input("id,Sentiment,2\n1,pos,fine\n", new DataFormat { LabelColumn = "sentiment", TextColumn = "3" });
        Assert.Equal([new DataRow(2, "pos", "fine")], rows);
        // A column's name goes before its number.
        rows = Reading.Input("id,Sentiment,2\n1,pos,fine\n", new DataFormat { LabelColumn = "2", TextColumn = "1" });
        Assert.Equal([new DataRow(2, "fine", "1")], rows);
        rows = Reading.Input("pos\tfine\nneg\tdull\n", new DataFormat { Header = false });
        Assert.Equal([new DataRow(1, "pos", "fine"), new DataRow(2, "neg", "dull")], rows);
        rows = Reading.Input("fine,7,pos\n", new DataFormat { Header = false, LabelColumn = "3", TextColumn = "1" });
        Assert.Equal([new DataRow(1, "pos", "fine")], rows);
        rows = Reading.Input("{\"y\":3,\"x\":\"fine\"}", new DataFormat { LabelColumn = "y", TextColumn = "x" });
        Assert.Equal([new DataRow(1, "3", "fine")], rows);
    }

    [Fact]
    public void A_delimiter_can_be_given()
    {
        DataFormat format = new() { Kind = DataKind.Csv, Delimiter = '|' };
        Assert.Equal([new DataRow(2, "pos", "fine, \"so\" fine")], Reading.Input("label|text\npos|\"fine, \"\"so\"\" fine\"\n", format));
    }

    [Fact]
    public void Rows_come_as_they_are_read_and_not_before()
    {
        var stream = new RepeatedStream("label\ttext\n", "pos\tfine\n", long.MaxValue, "");
        Assert.Equal(100_000, Reading.Input(() => stream).Take(100_000).Last().Line - 1);
        Assert.True(stream.BytesRead < 4 << 20);
    }

    [Fact]
    public void The_benchmarks_files_read_like_the_librarys_reader()
    {
        string path = Repository.SharedData("trec6/train.tsv");
        Assert.Equal(LabelledTextReader.ReadTsv(path), Reading.File(path).Select(row => new LabelledText(row.Label, row.Text)));
    }

    [Fact]
    public void Gzip_members_one_after_the_other_are_one_file_and_padding_is_passed_over()
    {
        byte[] members = [.. Reading.Gzip("label,text\npos,so "), .. Reading.Gzip("fine\nneg,dull\n")];
        Assert.Equal(Two, Reading.Input(members));
        Assert.Equal(Two, Reading.Input([.. members, .. new byte[512]]));
    }
}
