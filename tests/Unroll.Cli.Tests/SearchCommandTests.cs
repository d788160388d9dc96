using System.Diagnostics;
using System.Text.Json;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary><c>unroll search</c>.</summary>
public sealed partial class SearchCommandTests : IDisposable
{
    private const string Space =
        """{"lr": {"from": 0.001, "to": 0.05, "log": true}, "hidden": {"from": 4, "to": 9}, "cell": ["gru", "lstm"]}""";

    private static readonly string[] Small =
        ["--embedding", "6", "--batch", "8", "--epochs", "9", "--rungs", "3", "--trials", "9", "--threads", "1"];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void It_tells_each_result_the_best_and_the_command_that_trains_it()
    {
        string test = Rows("test.tsv", 60, seed: 2);
        CommandRun run = Search("one", "--test", test);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("rows to train on, ", run.Error, StringComparison.Ordinal);
        Assert.Contains(
            "9 trials over lr, hidden, cell, compared after 1, 3 of 9 epochs, where one in 3 goes on", run.Error,
            StringComparison.Ordinal);
        Assert.Matches(
            @"^Trial 0, 1 of 9 epochs: dev macro-F1 \d\.\d{4}; lr=\S+ hidden=\d cell=(gru|lstm)$", run.OutputLines[0]);
        Assert.Contains("\nOn 60 rows that no trial saw: accuracy ", run.Output, StringComparison.Ordinal);
        string command = run.OutputLines[^1].Trim();
        Assert.StartsWith($"unroll train {_folder["rows.tsv"]} --test {test} ", command, StringComparison.Ordinal);

        // The command gives the very model.
        string[] words = command.Split(' ');
        Assert.Equal(["--out", "model"], words[^2..]);
        CommandRun train = CommandRun.Of([.. words[1..^1], _folder["again"], "--threads", "1"]);
        Assert.True(train.ExitCode == 0, train.Error);
        Assert.Equal(Bytes("one/model/model.safetensors"), Bytes("again/model.safetensors"));

        // The same command again is told what came of it.
        CommandRun again = Search("one", "--test", test);
        Assert.Equal((0, run.Output), (again.ExitCode, again.Output));
        CommandRun resumed = CommandRun.Of("search", "--resume", _folder["one"]);
        Assert.Equal(0, resumed.ExitCode);
        Assert.Equal(run.OutputLines[..^1], resumed.OutputLines[..^1]);
    }

    [Fact]
    public void Its_JSON_has_a_line_for_each_result_and_one_for_the_end()
    {
        CommandRun run = Search("one", "--json", "--best", "accuracy");
        Assert.True(run.ExitCode == 0, run.Error);
        JsonElement[] lines = [.. run.OutputLines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.All(lines, line => Assert.Equal(1, line.GetProperty("version").GetInt32()));
        Assert.All(
            lines[..^1],
            line => Assert.Equal(line.GetProperty("dev_accuracy").GetDouble(), line.GetProperty("score").GetDouble()));
        Assert.Equal(9, lines[..^1].Count(line => line.GetProperty("rung").GetInt32() == 0));
        JsonElement end = lines[^1];
        Assert.Equal(
            lines[..^1].GroupBy(line => line.GetProperty("trial").GetInt32())
                .Sum(trial => trial.Max(line => line.GetProperty("epochs").GetInt32())),
            end.GetProperty("searched_epochs").GetInt32());
        double best = lines[..^1].Where(line => line.GetProperty("rung").GetInt32() == 2)
            .Max(line => line.GetProperty("score").GetDouble());
        Assert.Equal(best, end.GetProperty("dev_accuracy").GetDouble());
        Assert.StartsWith("unroll train ", end.GetProperty("command").GetString(), StringComparison.Ordinal);
        Assert.Contains(" --best accuracy", end.GetProperty("command").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_space_and_a_folder_it_searches_the_usual_one_and_keeps_nothing()
    {
        string rows = Rows("rows.tsv", 200, seed: 1);
        CommandRun run = CommandRun.Of(
            "search", rows, "--trials", "2", "--epochs", "1", "--lr", "0.01", "--hidden", "4", "--embedding", "4",
            "--threads", "1");
        Assert.True(run.ExitCode == 0, run.Error);
        // What is given is not drawn.
        Assert.Contains(
            "2 trials over cell, pooling, dropout, word-dropout, weight-decay, batch, each of 1 epoch", run.Error,
            StringComparison.Ordinal);
        Assert.Contains("--lr 0.01", run.OutputLines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("Its model is", run.Output, StringComparison.Ordinal);
        Assert.Equal(["rows.tsv"], Directory.GetFileSystemEntries(_folder.Root).Select(path => Path.GetFileName(path)));
    }

    [Fact]
    public void A_setting_that_nothing_reads_is_left_out_of_the_trial()
    {
        string space = _folder.Write(
            "space.json", """{"cell": ["gru", "transformer"], "hidden": [4, 6], "heads": [1, 2], "embedding": [4]}""");
        CommandRun run = CommandRun.Of(
            "search", Rows("rows.tsv", 120, seed: 1), "--space", space, "--trials", "6", "--rungs", "1", "--epochs", "1",
            "--json", "--threads", "1");
        Assert.True(run.ExitCode == 0, run.Error);
        JsonElement[] settings =
            [.. run.OutputLines[..^1].Select(line => JsonDocument.Parse(line).RootElement.GetProperty("settings"))];
        Assert.Contains(settings, one => one.GetProperty("cell").GetString() == "transformer");
        Assert.All(settings, one => Assert.Equal(
            one.GetProperty("cell").GetString() == "gru",
            one.TryGetProperty("hidden", out _) && !one.TryGetProperty("heads", out _)));
    }

    [Theory]
    [InlineData("{\"learning-rate\": [1]}", "", "space.json: unknown setting \"learning-rate\"")]
    [InlineData("{\"hiden\": [4]}", "", "space.json: unknown setting \"hiden\"; did you mean \"hidden\"?")]
    [InlineData("{\"seed\": [1, 2]}", "", "space.json: \"seed\" is the same for all trials")]
    [InlineData("{\"epochs\": [1, 2]}", "", "space.json: \"epochs\" is the same for all trials")]
    [InlineData("{\"test\": [\"a\", \"b\"]}", "", "space.json: \"test\" is the same for all trials")]
    [InlineData("{\"lr\": [0.1]}", "--lr 0.2", "space.json: draws \"lr\", and --lr is given too")]
    [InlineData("{\"dropout\": {\"from\": 0, \"to\": 1}}", "", "space.json: --dropout is 1, expected a share of at least 0")]
    [InlineData("{\"hidden\": [4, \"many\"]}", "", "space.json: --hidden is many, expected a whole number of at least 1")]
    [InlineData("{\"hidden\": {\"from\": 0, \"to\": 4}}", "", "space.json: --hidden is 0, expected a whole number of at")]
    [InlineData("{\"cell\": [\"gru\", \"none\"]}", "", "space.json: --cell none has no network to train")]
    [InlineData("{\"cell\": [\"gru\", \"gry\"]}", "", "space.json: --cell is gry")]
    [InlineData("{\"heads\": [1, 2]}", "", "space.json: \"heads\" is for --cell transformer, and no trial has that; leave")]
    [InlineData("{\"heads\": [3], \"embedding\": [4]}", "--cell transformer", "heads is 3, expected a number that divides")]
    [InlineData("{\"lr\": [0.1]}", "--trials 0", "--trials is 0, expected a whole number of at least 1")]
    [InlineData("{\"lr\": [0.1]}", "--eta 1", "--eta is 1, expected a whole number of at least 2")]
    [InlineData("{\"lr\": [0.1]}", "--test-share 1", "--test-share is 1, expected a share above 0 and below 1")]
    [InlineData("{\"lr\": [0.1]}", "--dev-share 0", "no dev rows are left to decide between trials")]
    [InlineData("{\"lr\": [0.1]}", "--test ROWS --test-share 0.1", "--test-share is for searches without --test")]
    [InlineData("{\"lr\": [0.1]}", "--resume DIR", "--resume goes on with the settings in the folder, and --out was given")]
    public void What_cannot_be_searched_is_refused_in_one_line_before_anything_trains(string space, string given, string expected)
    {
        string rows = Rows("rows.tsv", 40, seed: 1);
        string[] words =
            [.. given.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word == "ROWS" ? rows : word)];
        CommandRun run = CommandRun.Of(
            ["search", rows, "--space", _folder.Write("space.json", space), "--out", _folder["one"], .. words]);
        Assert.Equal(ExitCode.WrongInput, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("", run.Output);
        Assert.False(File.Exists(_folder["one/journal.jsonl"]));
    }

    [Fact]
    public void A_folder_with_something_else_is_refused()
    {
        Assert.Equal(0, Search("one").ExitCode);
        Assert.Contains(
            "holds another search, with eta 3, expected 2; go on with that one with unroll search --resume",
            Search("one", "--eta", "2").Error, StringComparison.Ordinal);
        Directory.CreateDirectory(_folder["other"]);
        _folder.Write("other/note.txt", "mine");
        Assert.Contains("holds note.txt already", Search("other").Error, StringComparison.Ordinal);
        Assert.Contains(
            "no such folder, expected the folder of a search", CommandRun.Of("search", "--resume", _folder["none"]).Error,
            StringComparison.Ordinal);
        File.AppendAllText(_folder["rows.tsv"], "good\tone row more\n");
        Assert.Contains(
            "holds a search that is not over these rows", SearchIn("one", _folder["rows.tsv"], []).Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_setting_that_no_trial_has_by_chance_is_no_mistake()
    {
        string space = _folder.Write("space.json", """{"cell": ["gru", "transformer"], "heads": [1, 2], "embedding": [4]}""");
        for (int seed = 0; seed < 4; seed++)
        {
            CommandRun run = CommandRun.Of(
                "search", Rows("rows.tsv", 120, seed: 1), "--space", space, "--trials", "1", "--epochs", "1", "--threads", "1",
                "--seed", $"{seed}");
            Assert.True(run.ExitCode == 0, run.Error);
        }
    }

    [Fact]
    public void Workers_that_are_killed_lose_nothing_and_double_nothing()
    {
        Assert.Equal(0, Search("whole").ExitCode);
        string[] args = Args("killed", Rows("rows.tsv", 200, seed: 1));
        var random = new Random(4);
        for (int kills = 0; kills < 4; kills++)
        {
            using Process process = Repository.Start(Repository.Command, args);
            if (!process.WaitForExit(random.Next(300, 1500)))
                process.Kill();
            process.WaitForExit();
        }
        Assert.Equal(0, Repository.Run(Repository.Command, args).ExitCode);
        foreach (string name in (string[])["trials.jsonl", "model/model.safetensors"])
            Assert.Equal(Bytes($"whole/{name}"), Bytes($"killed/{name}"));
    }

    [Fact]
    public void Processes_that_a_launcher_started_share_the_trials_and_one_speaks()
    {
        string[] args = Args("shared", Rows("rows.tsv", 200, seed: 1));
        Process[] ranks = [.. Enumerable.Range(0, 2).Select(rank => Start(rank, args))];
        string[] outputs = [.. ranks.Select(process => process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd())];
        foreach (Process process in ranks)
        {
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            process.Dispose();
        }
        Assert.Contains("rows that no trial saw: accuracy", outputs[0], StringComparison.Ordinal);
        Assert.Equal("", outputs[1]);
        JsonElement[] results =
        [
            .. File.ReadLines(_folder["shared/journal.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement)
                .Where(line => line.GetProperty("kind").GetString() == "result"),
        ];
        Assert.Equal(
            results.Length, results.Select(
                line => (line.GetProperty("trial").GetInt32(), line.GetProperty("rung").GetInt32())).Distinct().Count());
        Assert.Equal(9, results.Count(line => line.GetProperty("rung").GetInt32() == 0));

        static Process Start(int rank, string[] args)
        {
            var start = new ProcessStartInfo(Repository.Command, args)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["OMPI_COMM_WORLD_RANK"] = $"{rank}";
            start.Environment["OMPI_COMM_WORLD_SIZE"] = "2";
            return Process.Start(start)!;
        }
    }

    [Fact]
    public void The_page_has_the_trials_and_the_command()
    {
        Assert.Equal(0, Search("one").ExitCode);
        if (!Web.ReportPage.IsBuilt)
            Assert.Skip("this build has no page");
        string page = File.ReadAllText(_folder["one/report.html"]);
        int start = page.IndexOf("id=\"unroll-data\">", StringComparison.Ordinal) + "id=\"unroll-data\">".Length;
        using JsonDocument data = JsonDocument.Parse(page[start..page.IndexOf("</script>", start, StringComparison.Ordinal)]);
        JsonElement search = data.RootElement.GetProperty("search");
        Assert.Equal([1, 3, 9], search.GetProperty("rungs").EnumerateArray().Select(rung => rung.GetInt32()));
        Assert.Equal(
            ["lr", "hidden", "cell"],
            search.GetProperty("settings").EnumerateArray().Select(one => one.GetProperty("name").GetString()));
        Assert.Equal(9, search.GetProperty("trials").GetArrayLength());
        Assert.StartsWith(
            "unroll train ", search.GetProperty("outcome").GetProperty("command").GetString(), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private CommandRun Search(string name, params string[] more) => SearchIn(name, Rows("rows.tsv", 200, seed: 1), more);

    private CommandRun SearchIn(string name, string rows, string[] more) => CommandRun.Of([.. Args(name, rows), .. more]);

    private string[] Args(string name, string rows) =>
        ["search", rows, "--space", _folder.Write("space.json", Space), "--out", _folder[name], .. Small];

    private byte[] Bytes(string name) => File.ReadAllBytes(_folder[name]);

    private string Rows(string name, int count, int seed)
    {
        var random = new Random(seed);
        string[] good = ["fine", "lovely", "superb"], bad = ["dull", "awful", "weak"];
        string[] other = ["film", "story", "the", "very", "so"];
        return _folder.Write(name, "label\ttext\n" + string.Concat(Enumerable.Range(0, count).Select(i =>
        {
            bool isGood = i % 2 == 0;
            string word = random.GetItems(isGood ? good : bad, 1)[0];
            string not = random.Next(6) == 0 ? $"not {random.GetItems(isGood ? bad : good, 1)[0]} " : "";
            return $"{(isGood ? "good" : "bad")}\t{string.Join(' ', random.GetItems(other, 4))} {not}{word}\n";
        })));
    }
}
