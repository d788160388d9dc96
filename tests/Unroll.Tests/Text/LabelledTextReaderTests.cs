using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Text;

public class LabelledTextReaderTests
{
    [Fact]
    public void Rows_are_read_in_order_with_quotes_as_they_are()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.tsv", "\uFEFFlabel\ttext\r\n1\t\"so\" good\n0\tcafé noir\n1\t");
        Assert.Equal(
            [new LabelledText("1", "\"so\" good"), new LabelledText("0", "café noir"), new LabelledText("1", "")],
            LabelledTextReader.ReadTsv(path));
    }

    [Theory]
    [InlineData("", "a.tsv: empty file")]
    [InlineData("label\ttext\n", "a.tsv: a header and no rows")]
    [InlineData("1\tgood\n0\tbad\n", "a.tsv:1: header \"1\tgood\", expected label<TAB>text")]
    [InlineData("label\ttext\n1\tgood\n0 bad\n", "a.tsv:3: no tab in \"0 bad\"")]
    [InlineData("label\ttext\n1\tgood\tvery\n", "a.tsv:2: 3 columns")]
    [InlineData("label\ttext\n\tgood\n", "a.tsv:2: no label before the tab")]
    [InlineData("label\ttext\n1\tgood\n\n0\tbad\n", "a.tsv:3: no tab in \"\"")]
    public void Unusable_content_is_one_line_with_file_and_line(string content, string expected)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.tsv", content);
        InputException e = Assert.Throws<InputException>(() => LabelledTextReader.ReadTsv(path));
        Assert.StartsWith(folder[expected], e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused_with_their_line()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.tsv"], [.. "label\ttext\n1\tgood\n0\tcaf"u8, 0xE9, .. " noir\n"u8]);
        InputException e = Assert.Throws<InputException>(() => LabelledTextReader.ReadTsv(folder["a.tsv"]));
        Assert.Contains("a.tsv:3: 0xE9 at byte 6 is not UTF-8", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("no such file", Assert.Throws<InputException>(() => LabelledTextReader.ReadTsv(folder["none"])).Message, StringComparison.Ordinal);
        Assert.Contains("is a folder", Assert.Throws<InputException>(() => LabelledTextReader.ReadTsv(folder.Root)).Message, StringComparison.Ordinal);
    }
}
