using System.Diagnostics;
using Unroll.Storage;
using Xunit;

namespace Unroll.Tests.Formats;

/// <summary>One writer at a time, and what a killed one left is finished or removed by the next.</summary>
public class FolderLockTests
{
    private const string Leftover = ".a.0123456789abcdef0123456789abcdef.tmp";

    [Fact]
    public void A_folder_that_is_held_is_refused_and_free_again_afterwards()
    {
        using var folder = new TemporaryFolder();
        using (FolderLock.Take(folder["run"]))
        {
            Assert.Contains(
                "another process is writing into it", Assert.Throws<InputException>(() => FolderLock.Take(folder["run"])).Message,
                StringComparison.Ordinal);
        }
        Assert.False(Directory.Exists(folder["run"]));
        Directory.CreateDirectory(folder["run"]);
        FolderLock.Take(folder["run"]).Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(folder["run"]));
    }

    [Fact]
    public async Task Many_at_once_are_one_after_the_other()
    {
        using var folder = new TemporaryFolder();
        int holders = 0;
        int most = 0;
        int taken = 0;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            while (Volatile.Read(ref taken) < 300 && clock.Elapsed < TimeSpan.FromMinutes(1))
            {
                using FolderLock? held = FolderLock.TryTake(folder["run"]);
                if (held is null)
                    continue;
                most = Math.Max(most, Interlocked.Increment(ref holders));
                Interlocked.Increment(ref taken);
                Interlocked.Decrement(ref holders);
            }
        })));
        Assert.Equal(1, most);
        Assert.True(taken >= 300, $"{taken} took it in a minute");
    }

    [Fact]
    public void What_a_killed_writer_left_is_removed()
    {
        using var folder = new TemporaryFolder();
        folder.Write(Leftover, "half");
        folder.Write(".lock", "");
        folder.Write("mine.tmp", "precious");
        FolderLock.Take(folder.Root).Dispose();
        Assert.Equal(["mine.tmp"], Directory.GetFileSystemEntries(folder.Root).Select(Path.GetFileName));
    }

    [Fact]
    public void A_file_that_is_being_written_stays()
    {
        using var folder = new TemporaryFolder();
        using FileStream writing = DurableFile.CreateTemporary(folder["a"]);
        FolderLock.Take(folder.Root).Dispose();
        DurableFile.Replace(folder["a"], stream => stream.Write("other"u8));
        Assert.True(File.Exists(writing.Name));
    }

    [Fact]
    public void A_link_in_the_place_of_the_lock_is_not_followed()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("making links needs rights on Windows");
        using var folder = new TemporaryFolder();
        folder.Write("secret", "precious");
        Directory.CreateDirectory(folder["run"]);
        File.CreateSymbolicLink(folder["run/.lock"], folder["secret"]);
        Assert.Contains(
            "is a link", Assert.Throws<InputException>(() => FolderLock.Take(folder["run"])).Message, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(folder["secret"]));
    }

    [Fact]
    public void A_link_beside_a_file_is_not_written_through()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("making links needs rights on Windows");
        using var folder = new TemporaryFolder();
        folder.Write("secret", "precious");
        File.CreateSymbolicLink(folder["x.onnx.tmp"], folder["secret"]);
        DurableFile.Write(folder["x.onnx"], overwrite: false, stream => stream.Write("new"u8));
        Assert.Equal(("precious", "new"), (File.ReadAllText(folder["secret"]), File.ReadAllText(folder["x.onnx"])));
    }

    [Fact]
    public void A_private_file_stays_private()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such modes");
            return;
        }
        using var folder = new TemporaryFolder();
        string path = folder.Write("a", "old");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        DurableFile.Replace(path, stream => stream.Write("new"u8));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }
}
