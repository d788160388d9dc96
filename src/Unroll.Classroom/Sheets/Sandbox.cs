using System.Diagnostics;

namespace Unroll.Classroom.Sheets;

/// <summary>What keeps a sheet from the network and from files that are not its own.</summary>
internal enum SandboxKind
{
    /// <summary>Nothing does. The limits hold all the same.</summary>
    None,

    /// <summary>Name spaces of the Linux kernel, by the program <c>unshare</c>.</summary>
    Unshare,

    /// <summary>The program <c>bwrap</c> (bubblewrap).</summary>
    Bwrap,
}

/// <summary>
/// How sheets are started: without the grader's environment, in an empty folder, and, where there is a way, locked in.
/// </summary>
internal sealed class Sandbox
{
    private const string SystemPath = "/usr/sbin:/usr/bin:/sbin:/bin";
    private const int FirstUser = 60_000;
    private const string Limited = "ulimit -c 0; ulimit -f 131072; exec \"$@\"";

    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(10);
    private static readonly string[] SystemLinks = ["/bin", "/sbin", "/lib", "/lib32", "/lib64"];

    private int _users;

    private Sandbox(SandboxKind kind) => Kind = kind;

    /// <summary>What is used.</summary>
    public SandboxKind Kind { get; }

    /// <summary>What a sheet is kept from, in a few words.</summary>
    public string Protection => Kind switch
    {
        SandboxKind.None => "with your rights: nothing kept a sheet from your files and from the network",
        SandboxKind.Unshare => "without network and without your files (unshare)",
        SandboxKind.Bwrap => "without network and without your files (bwrap)",
        _ => throw new InvalidOperationException(Kind.ToString()),
    };

    /// <summary>Finds out what works here: bwrap, else unshare, else nothing.</summary>
    /// <param name="kind">What to use whatever works; null to find out.</param>
    public static async Task<Sandbox> Find(SandboxKind? kind = null)
    {
        if (kind is { } wanted)
            return new Sandbox(wanted);
        if (!OperatingSystem.IsLinux())
            return new Sandbox(SandboxKind.None);
        foreach (SandboxKind candidate in new[] { SandboxKind.Bwrap, SandboxKind.Unshare })
        {
            var sandbox = new Sandbox(candidate);
            if (await sandbox.Works().ConfigureAwait(false))
                return sandbox;
        }
        return new Sandbox(SandboxKind.None);
    }

    /// <summary>A program's start in the sandbox.</summary>
    /// <param name="folder">A folder of the sheet's own, which the sandbox may use.</param>
    /// <param name="program">The folder of the program, which the sheet can read.</param>
    /// <param name="work">The empty folder that it runs in and may write to.</param>
    /// <param name="readable">Other folders that it needs, such as that of dotnet.</param>
    /// <param name="command">The command, given the folder of the program as the sheet sees it.</param>
    public ProcessStartInfo Start(
        string folder, string program, string work, IReadOnlyList<string> readable, Func<string, string[]> command)
    {
        ProcessStartInfo start = Kind switch
        {
            SandboxKind.None => Plain(command(program)),
            SandboxKind.Unshare => Unshare(folder, program, work, readable, command("/sheet")),
            SandboxKind.Bwrap => Bwrap(program, work, readable, command("/sheet")),
            _ => throw new InvalidOperationException(Kind.ToString()),
        };
        start.WorkingDirectory = work;
        SetEnvironment(start, Kind == SandboxKind.None ? work : "/work");
        return start;
    }

    private static ProcessStartInfo Plain(string[] command) => OperatingSystem.IsWindows()
        ? new ProcessStartInfo(command[0], command[1..])
        : new ProcessStartInfo("/bin/sh", ["-c", Limited, "sh", .. command]);

    private ProcessStartInfo Unshare(
        string folder, string program, string work, IReadOnlyList<string> readable, string[] command)
    {
        string root = Directory.CreateDirectory(Path.Combine(folder, "root")).FullName;
        bool isRoot = Environment.IsPrivilegedProcess;
        int user = isRoot ? FirstUser + Interlocked.Increment(ref _users) % 1000 : 0;
        if (isRoot && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(work, (UnixFileMode)0b111_111_111);
        string[] names = ["--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child"];
        string[] mapped = isRoot ? [] : ["--user", "--map-root-user"];
        string number = user.ToString(System.Globalization.CultureInfo.InvariantCulture);
        string[] script = ["sh", "-c", Script(), "sh", root, work, program, number, .. readable, "--"];
        return new ProcessStartInfo("unshare", [.. mapped, .. names, .. script, .. command]);
    }

    private static ProcessStartInfo Bwrap(string program, string work, IReadOnlyList<string> readable, string[] command)
    {
        var arguments = new List<string> { "--unshare-all", "--die-with-parent", "--new-session", "--ro-bind", "/usr", "/usr" };
        foreach (string link in SystemLinks)
        {
            var folder = new DirectoryInfo(link);
            if (folder.LinkTarget is { } target)
                arguments.AddRange(["--symlink", target, link]);
            else if (folder.Exists)
                arguments.AddRange(["--ro-bind", link, link]);
        }
        foreach (string folder in readable.Where(folder => !folder.StartsWith("/usr/", StringComparison.Ordinal)))
            arguments.AddRange(["--ro-bind", folder, folder]);
        arguments.AddRange(["--proc", "/proc", "--dev", "/dev", "--bind", work, "/work", "--ro-bind", program, "/sheet"]);
        arguments.AddRange(["--chdir", "/work", "sh", "-c", Limited, "sh", .. command]);
        return new ProcessStartInfo("bwrap", arguments);
    }

    private static void SetEnvironment(ProcessStartInfo start, string home)
    {
        string? system = Environment.GetEnvironmentVariable("SystemRoot");
        start.Environment.Clear();
        start.Environment["PATH"] = OperatingSystem.IsWindows() ? "" : SystemPath;
        start.Environment["HOME"] = start.Environment["TMPDIR"] = start.Environment["TEMP"] = home;
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_NOLOGO"] = "1";
        if (OperatingSystem.IsWindows())
            start.Environment["SystemRoot"] = system;
    }

    private async Task<bool> Works()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("unroll-lab-");
        try
        {
            string program = folder.CreateSubdirectory("program").FullName;
            string work = folder.CreateSubdirectory("work").FullName;
            ProcessStartInfo start = Start(folder.FullName, program, work, [], _ => ["sh", "-c", "echo works"]);
            SheetProcessResult result = await SheetProcess.Run(start, ProbeLimit, default).ConfigureAwait(false);
            return result.ExitCode == 0 && result.Output.Trim() == "works";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Script()
    {
        using Stream stream = typeof(Sandbox).Assembly.GetManifestResourceStream("sandbox.sh")
            ?? throw new InvalidOperationException("sandbox.sh is not embedded");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
