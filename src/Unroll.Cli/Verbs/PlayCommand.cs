using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Unroll.Cli.Runs;
using Unroll.Web;

namespace Unroll.Cli.Verbs;

/// <summary><c>unroll play</c>: the live lab, a page in which a small network is trained and taken apart.</summary>
internal static class PlayCommand
{
    // The same each time, so that a link that somebody kept opens again.
    private const int UsualPort = 8642;

    // A page loads no more at once; the engine in the browser is no fast one.
    private const int MostModelBytes = 8_000_000;

    public static Command Create(Terminal terminal) => Create(terminal, PlayFiles.Embedded);

    /// <summary>The verb over other files than the embedded ones.</summary>
    internal static Command Create(Terminal terminal, PlayFiles files)
    {
        Option<string?> output = Options.Text(
            "--out", "Write the page into a folder, which any web server can serve, and end", "DIR");
        var overwrite = new Option<bool>("--overwrite") { Description = "Write into a folder that is there" };
        Option<int?> port = Options.OptionalInteger(
            "--port", $"Port of 127.0.0.1 to serve on; 0 for a free one [default: {UsualPort}, or a free one]", 0);
        Option<string?> model = Options.Text(
            "--model", "Put a small model, a folder or one .zip file, into the page: its answer after each typed word", "MODEL");
        var noBrowser = new Option<bool>("--no-browser") { Description = "Only print the address" };
        Option<bool> json = Options.Json("Print the address, or what was written, as one JSON object");
        var command = new Command(
            "play", "Open the live lab in the browser: train the lab's network, drag its weights, go back in time")
        {
            model, output, overwrite, port, noBrowser, json,
        };
        command.SetAction((parsed, token) =>
        {
            if (!files.IsBuilt)
                throw new InputException($"unroll play: {PlayFiles.HowToBuild}");
            PlayFiles served = parsed.GetValue(model) is { } path ? files.WithModel(ArchiveOf(path, terminal)) : files;
            if (parsed.GetValue(output) is { } folder)
            {
                Write(folder, parsed.GetValue(overwrite), served, parsed.GetValue(json), terminal);
                return Task.FromResult(0);
            }
            return Serve(served, parsed.GetValue(port), !parsed.GetValue(noBrowser), parsed.GetValue(json), terminal);
        });
        return command;
    }

    private static byte[] ArchiveOf(string path, Terminal terminal)
    {
        using var archive = new MemoryStream();
        SavedModel.Load(path, terminal).Save(archive);
        return archive.Length <= MostModelBytes
            ? archive.ToArray()
            : throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: {archive.Length / 1e6:F1} MB as one file, expected at most {MostModelBytes / 1e6:F0} MB for a page; " +
                $"make it smaller with unroll export {path} --max-size 1mb --data FILE --out small.zip"));
    }

    private static void Write(string folder, bool overwrite, PlayFiles files, bool isJson, Terminal terminal)
    {
        if (File.Exists(folder))
            throw new InputException($"{folder}: a file, expected the name of a folder; take another");
        if (!overwrite && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new InputException($"{folder}: not empty, expected a new folder; give --overwrite to write into it");
        long bytes = 0;
        foreach (string path in files.Paths)
        {
            string file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            byte[] compressed = files.Compressed(path)!;
            File.WriteAllBytes(file, files.Whole(path)!);
            File.WriteAllBytes(file + ".br", compressed);
            bytes += compressed.Length;
        }
        terminal.Output.WriteLine(isJson
            ? JsonOutput.Of(writer =>
            {
                writer.WriteString("folder", folder);
                writer.WriteNumber("files", files.Paths.Count);
                writer.WriteNumber("compressed_bytes", bytes);
            })
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{folder}: {files.Paths.Count} files, {bytes / 1e6:F2} MB compressed (.br beside each); any host can serve it"));
    }

    private static async Task<int> Serve(PlayFiles files, int? port, bool opens, bool isJson, Terminal terminal)
    {
        using PlayServer server = Listen(files, port);
        using var interrupted = new Interruption();
        terminal.Output.WriteLine(isJson
            ? JsonOutput.Of(writer => writer.WriteString("address", server.Address.AbsoluteUri))
            : $"{server.Address}");
        terminal.Output.Flush();
        terminal.Error.WriteLine("Ctrl-C ends it");
        if (opens)
            OpenBrowser(server.Address, terminal);
        await server.Run(interrupted.Token);
        return 0;
    }

    private static PlayServer Listen(PlayFiles files, int? port)
    {
        if (port is > 65_535)
            throw new InputException($"--port is {port}, expected 0 to 65535");
        try
        {
            return new PlayServer(files, port ?? UsualPort);
        }
        catch (SocketException) when (port is null)
        {
            return new PlayServer(files, port: 0);
        }
        catch (SocketException)
        {
            throw new InputException($"--port {port}: another program has it, expected a free one; leave it out to get one");
        }
    }

    private static void OpenBrowser(Uri address, Terminal terminal)
    {
        string[] words = OperatingSystem.IsWindows() ? ["cmd", "/c", "start", "", address.AbsoluteUri]
            : OperatingSystem.IsMacOS() ? ["open", address.AbsoluteUri]
            : ["xdg-open", address.AbsoluteUri];
        try
        {
            var start = new ProcessStartInfo(words[0], words[1..])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            using Process? _ = Process.Start(start);
        }
        catch (Win32Exception)
        {
            terminal.Error.WriteLine("no browser was found; open the address yourself");
        }
    }
}
