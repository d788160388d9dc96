using System.Text;
using Unroll.Storage;
using Xunit;

namespace Unroll.Tests.Formats;

/// <summary>Files of a folder change all at once, also for a reader between two steps of a writer that was killed.</summary>
public class FolderUpdateTests
{
    private const string Temporary = ".a.0123456789abcdef0123456789abcdef.tmp";

    [Fact]
    public void Files_are_replaced_and_others_go()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a", "old a");
        folder.Write("b", "old b");
        Directory.CreateDirectory(folder["c/d"]);
        using (var held = FolderLock.Take(folder.Root))
            held.Update([("a", Writes("new a")), ("e", Writes("new e"))], ["b", "c", "none"]);
        Assert.Equal(["a", "e"], Directory.GetFileSystemEntries(folder.Root).Select(Path.GetFileName).Order());
        Assert.Equal(("new a", "new e"), (File.ReadAllText(folder["a"]), File.ReadAllText(folder["e"])));
    }

    [Fact]
    public void A_failure_before_the_step_leaves_all_as_it_was()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a", "old");
        using (var held = FolderLock.Take(folder.Root))
        {
            Assert.Throws<IOException>(() => held.Update(
                [("a", Writes("new")), ("b", _ => throw new IOException("disk full"))], []));
        }
        Assert.Equal([folder["a"]], Directory.GetFileSystemEntries(folder.Root));
        Assert.Equal("old", File.ReadAllText(folder["a"]));
    }

    // As a process leaves it that is killed after the step, before or after it has moved the first file.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_step_that_was_taken_is_seen_by_readers_and_carried_out_by_the_next_writer(bool moved)
    {
        using var folder = new TemporaryFolder();
        folder.Write("a", moved ? "new" : "old");
        if (!moved)
            folder.Write(Temporary, "new");
        folder.Write("b", "old");
        folder.Write(".update", $$"""{"replace":{"a":"{{Temporary}}"},"remove":["b"]}""");
        Assert.Equal("new", File.ReadAllText(FolderUpdate.PathOf(folder.Root, "a")));
        FolderLock.Recover(folder.Root);
        Assert.Equal([folder["a"]], Directory.GetFileSystemEntries(folder.Root));
        Assert.Equal("new", File.ReadAllText(folder["a"]));
    }

    [Theory]
    [InlineData("""{"replace":{},"remove":["../precious"]}""")]
    [InlineData("""{"replace":{"../precious":".a.0123456789abcdef0123456789abcdef.tmp"},"remove":[]}""")]
    [InlineData("""{"replace":{"a":"precious"},"remove":[]}""")]
    [InlineData("""{"replace":{},"remove":[".."]}""")]
    [InlineData("""{"replace":[],"remove":{}}""")]
    [InlineData("{")]
    [InlineData("\"\\ud800\"")]
    public void Nothing_outside_the_folder_is_touched(string update)
    {
        using var folder = new TemporaryFolder();
        folder.Write("precious", "mine");
        Directory.CreateDirectory(folder["run"]);
        folder.Write($"run/{Temporary}", "planted");
        folder.Write("run/a", "a");
        folder.Write("run/.update", update);
        Assert.Equal("a", File.ReadAllText(FolderUpdate.PathOf(folder["run"], "a")));
        FolderLock.Recover(folder["run"]);
        Assert.Equal("mine", File.ReadAllText(folder["precious"]));
        Assert.Equal([folder["run/a"]], Directory.GetFileSystemEntries(folder["run"]));
    }

    private static Action<Stream> Writes(string text) => stream => stream.Write(Encoding.UTF8.GetBytes(text));
}
