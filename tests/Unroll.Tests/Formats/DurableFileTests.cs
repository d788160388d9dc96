using Unroll.Storage;
using Xunit;

namespace Unroll.Tests.Formats;

public class DurableFileTests
{
    [Fact]
    public void A_failure_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("file", "old");
        Assert.Throws<IOException>(() => DurableFile.Write(path, overwrite: true, stream =>
        {
            stream.Write("half"u8);
            throw new IOException("disk full");
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(folder.Root));

        DurableFile.Write(path, overwrite: true, stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(folder.Root));
    }

    [Theory]
    [InlineData("file", "exists already")]
    [InlineData("", "is a folder")]
    public void A_name_that_is_taken_is_refused(string name, string expected)
    {
        using var folder = new TemporaryFolder();
        folder.Write("file", "old");
        Assert.Contains(
            expected, Assert.Throws<InputException>(() => DurableFile.Write(folder[name], overwrite: false, _ => { })).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "empty", Assert.Throws<InputException>(() => DurableFile.Write("", overwrite: false, _ => { })).Message,
            StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Contains(
                "device", Assert.Throws<InputException>(() => DurableFile.RequirePath("/dev/null", overwrite: true)).Message,
                StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(folder["file"]));
    }
}
