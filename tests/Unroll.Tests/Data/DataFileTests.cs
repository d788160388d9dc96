using Unroll.Data;
using Xunit;

namespace Unroll.Tests.Data;

public class DataFileTests
{
    private static readonly LabelledText[] Two = [new("pos", "so fine", 2), new("neg", "dull", 3)];

    [Theory]
    [InlineData("a.tsv", "label\ttext\npos\tso fine\nneg\tdull\n")]
    [InlineData("a.tab", "Text\tid\tLABEL\r\nso fine\t1\tpos\r\ndull\t2\tneg")]
    [InlineData("a.csv", "label,text\npos,so fine\nneg,\"dull\"\n")]
    [InlineData("a.csv", "label;text\npos;so fine\nneg;dull\n")]
    [InlineData("a.csv", "label\ttext\r\npos\t\"so fine\"\r\nneg\tdull\r\n")]
    [InlineData("a.csv", "\uFEFF\"label\",\"the; id\",\"text\"\npos,1,so fine\nneg,2,dull")]
    [InlineData(
        "a.jsonl", "\n{\"label\":\"pos\",\"text\":\"so fine\"}\n{\"id\":[{\"text\":1}],\"text\":\"dull\",\"label\":\"neg\"}")]
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
        DataFormat format = new()
        {
            Kind = content.Contains('\t', StringComparison.Ordinal)
            && name == "a.csv" ? DataKind.Csv : null
        };
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
        Assert.Equal([new LabelledText(label, "", 1)], Reading.Input(line));

    [Fact]
    public void Quotes_of_tsv_are_ordinary_and_quoted_csv_fields_span_lines()
    {
        Assert.Equal([new LabelledText("\"a", "\"so\" \"", 2)], Reading.Input("label\ttext\n\"a\t\"so\" \""));
        Assert.Equal(
            [new LabelledText("a", "one\r\ntwo, \"three\"\n", 2), new LabelledText("b", "", 6), new LabelledText("b", "x", 7)],
            Reading.Input("label,text\na,\"one\r\ntwo, \"\"three\"\"\n\"\n\n\"b\",\"\"\nb,x"));
    }

    [Fact]
    public void Columns_are_named_or_numbered_with_and_without_a_header()
    {
        LabelledText[] rows = Reading.Input(
            "id,Sentiment,2\n1,pos,fine\n", new DataFormat { LabelColumn = "sentiment", TextColumn = "3" });
        Assert.Equal([new LabelledText("pos", "fine", 2)], rows);
        // A column's name goes before its number.
        rows = Reading.Input("id,Sentiment,2\n1,pos,fine\n", new DataFormat { LabelColumn = "2", TextColumn = "1" });
        Assert.Equal([new LabelledText("fine", "1", 2)], rows);
        rows = Reading.Input("pos\tfine\nneg\tdull\n", new DataFormat { Header = false });
        Assert.Equal([new LabelledText("pos", "fine", 1), new LabelledText("neg", "dull", 2)], rows);
        rows = Reading.Input("fine,7,pos\n", new DataFormat { Header = false, LabelColumn = "3", TextColumn = "1" });
        Assert.Equal([new LabelledText("pos", "fine", 1)], rows);
        rows = Reading.Input("{\"y\":3,\"x\":\"fine\"}", new DataFormat { LabelColumn = "y", TextColumn = "x" });
        Assert.Equal([new LabelledText("3", "fine", 1)], rows);
    }

    [Fact]
    public void A_delimiter_can_be_given()
    {
        DataFormat format = new() { Kind = DataKind.Csv, Delimiter = '|' };
        Assert.Equal(
            [new LabelledText("pos", "fine, \"so\" fine", 2)],
            Reading.Input("label|text\npos|\"fine, \"\"so\"\" fine\"\n", format));
    }

    [Fact]
    public void Rows_come_as_they_are_read_and_not_before()
    {
        var stream = new RepeatedStream("label\ttext\n", "pos\tfine\n", long.MaxValue, "");
        Assert.Equal(100_000, Reading.Input(() => stream).Take(100_000).Last().Line - 1);
        Assert.True(stream.BytesRead < 4 << 20);
    }

    [Fact]
    public void The_benchmarks_files_are_their_lines_cut_at_the_tab()
    {
        string path = SharedData.File("trec6/train.tsv");
        IEnumerable<LabelledText> expected = File.ReadLines(path).Skip(1).Select(line => line.Split('\t'))
            .Select((fields, i) => new LabelledText(fields[0], fields[1], i + 2));
        Assert.Equal(expected, Reading.File(path));
    }

    [Fact]
    public void A_byte_order_mark_and_CRLF_are_taken_off_and_a_last_text_may_be_empty()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.tsv", "\uFEFFlabel\ttext\r\n1\t\"so\" good\n0\tcafé noir\n1\t");
        Assert.Equal(
            [new LabelledText("1", "\"so\" good", 2), new LabelledText("0", "café noir", 3), new LabelledText("1", "", 4)],
            DataFile.Read(path));
    }

    [Fact]
    public void Rows_are_read_as_they_are_taken_and_a_file_can_be_read_again()
    {
        using var folder = new TemporaryFolder();
        IEnumerable<LabelledText> rows = DataFile.Read(folder.Write("a.csv", "label,text\npos,so fine\nbad row\n"));
        Assert.Equal("so fine", rows.First().Text);
        Assert.Equal("so fine", rows.First().Text);
        Assert.Throws<InputException>(() => rows.Count());
    }

    [Fact]
    public void A_stream_is_named_in_errors_and_closed_at_the_end()
    {
        var stream = new MemoryStream("label,text\npos,so fine\n"u8.ToArray());
        Assert.Single(DataFile.Read(stream));
        Assert.False(stream.CanRead);
        Assert.StartsWith(
            "upload.tsv:2: no tab",
            Reading.Error(() => DataFile.Read(new MemoryStream("label\ttext\nx\n"u8.ToArray()), name: "upload.tsv").Count()),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Gzip_members_one_after_the_other_are_one_file_and_padding_is_passed_over()
    {
        byte[] members = [.. Reading.Gzip("label,text\npos,so "), .. Reading.Gzip("fine\nneg,dull\n")];
        Assert.Equal(Two, Reading.Input(members));
        Assert.Equal(Two, Reading.Input([.. members, .. new byte[512]]));
    }
}
