using Unroll.Data;
using Xunit;

namespace Unroll.Tests.Data;

/// <summary>Data that does not end where it should is refused in little memory.</summary>
public class LongLineTests
{
    private const int Megabyte = 1 << 20;

    [Theory]
    [InlineData("label\ttext\na\t", "Tsv")]
    [InlineData("label,text\na,", "Csv")]
    [InlineData("label,text\na,\"", "Csv")]
    [InlineData("{\"label\":1,\"text\":\"a\"}\n{\"label\":1,\"text\":\"", "Jsonl")]
    [InlineData("__label__a x\n__label__a ", "FastText")]
    public void A_line_of_100_MB_is_refused_with_its_size(string beginning, string kind)
    {
        var stream = new RepeatedStream(beginning, "abcdefgh", 100 * Megabyte, "\n");
        long before = GC.GetAllocatedBytesForCurrentThread();
        string error = Reading.Error(
            () => Reading.Input(() => stream, new DataFormat { Kind = Enum.Parse<DataKind>(kind) }).Count());
        Assert.StartsWith("standard input:2: a line of 100 MB, expected at most 16 MB; ", error, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 70 * Megabyte);
    }

    [Fact]
    public void A_line_without_end_is_not_read_for_ever() => Assert.StartsWith(
        "standard input:1: a line of more than 1024 MB",
        Reading.Error(() => Reading.Input(() => new RepeatedStream("", "abcdefgh", long.MaxValue, "")).Count()),
        StringComparison.Ordinal);

    [Fact]
    public void A_quote_that_is_never_closed_does_not_take_the_file_in()
    {
        var stream = new RepeatedStream("label,text\na,x\n\nb,\"y\n", "a,fine film\n", 1000L * Megabyte, "");
        Assert.StartsWith(
            "standard input:4: the row that begins here has 16 MB by line 1398",
            Reading.Error(() => Reading.Input(() => stream).Count()),
            StringComparison.Ordinal);
        Assert.InRange(stream.BytesRead, 16 * Megabyte, 17 * Megabyte);
    }

    [Theory]
    [InlineData("label\ttext\na\t", "")]
    [InlineData("label,text\na,\"", "\"")]
    public void A_row_just_below_the_limit_is_read(string beginning, string end)
    {
        var stream = new RepeatedStream(beginning, "abcdefg ", 16 * Megabyte - 16, end + "\r\n");
        Assert.Equal(16 * Megabyte - 16, Assert.Single(Reading.Input(() => stream)).Text.Length);
    }

    [Fact]
    public void Many_rows_of_some_megabytes_are_below_the_limit()
    {
        string row = "a,\"" + new string('x', 6 * Megabyte) + "\n" + new string('y', 6 * Megabyte) + "\"\n";
        Assert.Equal(5, Reading.Input(() => new RepeatedStream("label,text\n", row, 5 * row.Length, "")).Count());
    }
}
