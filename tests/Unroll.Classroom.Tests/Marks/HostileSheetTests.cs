using System.Net;
using System.Net.Sockets;
using Unroll.Classroom.Marks;
using Unroll.Tests;
using Xunit;

namespace Unroll.Classroom.Tests.Marks;

/// <summary>A class with sheets that cheat, break out or use up the machine, beside one that is right.</summary>
public sealed class HostileClass : IAsyncLifetime
{
    internal const string Secret = "UNROLL_TEST_SECRET";

    private const string Prediction = "int prediction = logits[1] > logits[0] ? 1 : 0;";
    private const string Losses = "lossHistory[epoch - 1] += loss;";
    private const string Begin = "// ---- Vocabulary:";

    private readonly TemporaryFolder _folder = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private Dictionary<string, SheetScore> _scores = [];

    internal SheetScore this[string name] => _scores[name];

    /// <summary>What kept the sheets in.</summary>
    internal string Protection { get; private set; } = "";

    /// <summary>A file that no sheet may read, and one that no sheet may write.</summary>
    internal string Forbidden => _folder["written.txt"];

    public async ValueTask InitializeAsync()
    {
        _listener.Start();
        int port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        string secret = _folder.Write("secret.txt", "of the teacher");
        Environment.SetEnvironmentVariable(Secret, "of the teacher");
        Dictionary<string, string> sheets = Sheets(secret, port);
        string[] paths = [.. sheets.Select(sheet => _folder.Write($"{sheet.Key}.cs", sheet.Value))];
        var grader = new SheetGrader(TimeSpan.FromSeconds(60));
        IReadOnlyList<SheetScore> scores = await grader.Grade(paths);
        Protection = grader.Protection;
        _scores = sheets.Keys.Zip(scores).ToDictionary();
    }

    public ValueTask DisposeAsync()
    {
        _listener.Stop();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private Dictionary<string, string> Sheets(string secret, int port) => new()
    {
        ["right"] = StudentSheets.EditSolution(("new TorchRandom(42)", "new TorchRandom(5)")),
        ["reads"] = First($"if (File.Exists(@\"{secret}\")) throw new Exception(\"it read\");"),
        ["writes"] = First($"try {{ File.WriteAllText(@\"{Forbidden}\", \"x\"); }} catch (IOException) {{ }}"),
        ["network"] = First(
            $"try {{ new System.Net.Sockets.TcpClient(\"127.0.0.1\", {port}); throw new TimeoutException(\"it called\"); }} "
            + "catch (System.Net.Sockets.SocketException) { }"),
        ["environment"] = First(
            $"if (Environment.GetEnvironmentVariable(\"{Secret}\") is not null) throw new Exception(\"it knows\");"),
        ["folder"] = First("if (Directory.EnumerateFileSystemEntries(\".\").Any()) throw new Exception(\"it is not empty\");"),
        ["memory"] = """
            var all = new List<nint>();
            while (true)
            {
                nint more = System.Runtime.InteropServices.Marshal.AllocHGlobal(1 << 26);
                for (int i = 0; i < 1 << 26; i += 4096)
                    System.Runtime.InteropServices.Marshal.WriteByte(more, i, 1);
                all.Add(more);
            }
            """,
        ["processes"] = """
            while (true)
            {
                try { System.Diagnostics.Process.Start("sleep", "30"); }
                catch (Exception) { Thread.Sleep(10); }
            }
            """,
        ["files"] = """
            for (int i = 0; ; i++)
                File.WriteAllBytes($"{i}.bin", new byte[30 << 20]);
            """,
        ["forged"] = Forged(),
        ["recited"] = StudentSheets.EditSolution(
            ("Report.Forward(sentence, label, s, y, loss);",
                "Report.Forward(sentence, label, Fixed(s), new[] { 0.25, -0.5 }, 1.13);"),
            ("static double[] Softmax(double[] y)", """
                static double[][] Fixed(double[][] s) =>
                    [.. s.Select((state, t) => state.Select((_, i) => t * (0.1 + 0.01 * i)).ToArray())];

                static double[] Softmax(double[] y)
                """)),
        ["losses written in"] = StudentSheets.EditSolution((Losses, "lossHistory[epoch - 1] = 3.0 / epoch;")),
        ["predictions written in"] = StudentSheets.EditSolution(
            ("new TorchRandom(42)", "new TorchRandom(6)"), (Prediction, "int prediction = sentence[^1] == \"good\" ? 1 : 0;")),
        ["predictions by name"] = StudentSheets.EditSolution(
            ("new TorchRandom(42)", "new TorchRandom(7)"), (Prediction, "int prediction = sentence == good ? 1 : 0;")),
        ["original"] = StudentSheets.EditSolution(("new TorchRandom(42)", "new TorchRandom(8)")),
        ["copy"] = StudentSheets.EditSolution(("new TorchRandom(42)", "new TorchRandom(8)"))
            .Replace("lossHistory", "errors", StringComparison.Ordinal)
            .Replace("double da ", "double    delta /* mine */ ", StringComparison.Ordinal)
            .Replace(" += da", " += delta", StringComparison.Ordinal).Replace("* da;", "* delta;", StringComparison.Ordinal),
    };

    private static string First(string statement) => StudentSheets.EditSolution((Begin, $"{statement}\n{Begin}"));

    // The lines of a right sheet, without the sheet.
    private static string Forged() => """"
        File.WriteAllText(Environment.GetEnvironmentVariable("UNROLL_TRACE")!, """
            {"trace":"unroll-lab/2","inputs":5,"hidden":1,"classes":2,"learning_rate":0.1}
            {"parameters":"initial","W":[[0.5]],"U":[[0,0,0,1,-1]],"b":[[0]],"W_out":[[0.3],[-0.2]],"b_out":[[0],[0]]}
            {"test":["The","movie","is","bad"],"prediction":0}
            {"test":["The","movie","is","good"],"prediction":1}
            {"parameters":"final","W":[[0.5]],"U":[[0,0,0,1,-1]],"b":[[0]],"W_out":[[-3],[3]],"b_out":[[0],[0]]}
            {"loss_history":[1,0.5]}

            """);
        """";
}

public class HostileSheetTests(HostileClass marked) : IClassFixture<HostileClass>
{
    [Theory]
    [InlineData("right")]
    [InlineData("original")]
    [InlineData("environment")]
    [InlineData("folder")]
    [InlineData("writes")]
    public void A_right_sheet_beside_them_has_all_marks(string name) =>
        Assert.Equal((SheetStatus.Marked, 20), (marked[name].Status, marked[name].Total));

    [Theory]
    [InlineData("reads")]
    [InlineData("network")]
    public void What_is_not_the_sheets_is_out_of_its_reach(string name)
    {
        Assert.SkipUnless(
            marked.Protection.Contains("without network", StringComparison.Ordinal), "neither bwrap nor unshare works here");
        Assert.Equal((SheetStatus.Marked, 20), (marked[name].Status, marked[name].Total));
        Assert.False(File.Exists(marked.Forbidden));
    }

    [Theory]
    [InlineData("memory", SheetStatus.OutOfMemory, "held more than 1536 MiB of memory, stopped")]
    [InlineData("processes", SheetStatus.TooManyProcesses, "ran more than 32 processes at once, stopped")]
    [InlineData("files", SheetStatus.Flooded, "wrote more than 256 MiB of files, stopped")]
    public void What_uses_up_the_machine_is_stopped(string name, SheetStatus status, string remark)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "processes are watched on Linux");
        Assert.Equal((status, 0, remark), (marked[name].Status, marked[name].Total, Assert.Single(marked[name].Remarks).Text));
    }

    [Theory]
    [InlineData("forged", 0, "its trace is forged")]
    [InlineData("recited", 5, "a recited trace")]
    [InlineData("losses written in", 15, "the losses are written into the sheet")]
    [InlineData("predictions written in", 15, "the predictions are written into the sheet")]
    [InlineData("predictions by name", 15, "the predictions are written into the sheet")]
    public void Cheating_costs_and_is_told(string name, double total, string remark)
    {
        Assert.Contains(marked[name].Remarks, told => told.Text.StartsWith(remark, StringComparison.Ordinal));
        Assert.Equal(total, marked[name].Total);
    }

    [Fact]
    public void Sheets_alike_but_for_names_and_white_space_are_told()
    {
        Assert.StartsWith("alike but for names, comments and white space: ", Assert.Single(
            marked["copy"].Remarks).Text, StringComparison.Ordinal);
        Assert.EndsWith("copy.cs", Assert.Single(marked["original"].Remarks).Text, StringComparison.Ordinal);
        Assert.Empty(marked["right"].Remarks);
    }
}
