using System.Diagnostics;
using System.Text.Json;
using Unroll.Experiments;
using Unroll.Tests;
using Unroll.Web;
using Xunit;

namespace Unroll.Cli.Tests.Experiments;

/// <summary>Small runs of every experiment, and what is known about them.</summary>
public class ExperimentCommandTests
{
    [Fact]
    public void Vanishing_gradients_shrink_by_less_than_the_radius_and_orthogonal_weights_keep_more()
    {
        JsonElement[] summaries = Lines(
            "summary", "vanishing", "--lengths", "1,20", "--seeds", "2", "--cells", "rnn,rnn-orthogonal,irnn,lstm,lstm-forget");
        Dictionary<string, JsonElement> of = summaries.ToDictionary(line => line.GetProperty("cell").GetString()!);
        double Factor(string cell) => of[cell].GetProperty("factor_per_step").GetDouble();
        double Radius(string cell) => of[cell].GetProperty("spectral_radius").GetDouble();
        Assert.InRange(Radius("rnn"), 0.4, 0.9);
        Assert.InRange(Factor("rnn"), 0.3, Radius("rnn"));
        Assert.Equal(1, Radius("rnn-orthogonal"), 1e-5);
        Assert.True(Factor("rnn") < Factor("rnn-orthogonal"));
        Assert.True(Factor("rnn-orthogonal") < 1);
        Assert.True(Factor("lstm") < Factor("lstm-forget"));
        Assert.InRange(Factor("irnn"), 0.9, 1);
    }

    [Fact]
    public void A_cell_without_recurrent_weight_keeps_the_most_of_its_gates_and_has_no_spectrum()
    {
        JsonElement[] summaries = Lines("summary", "vanishing", "--lengths", "1,20", "--seeds", "2", "--cells", "mingru");
        JsonElement summary = Assert.Single(summaries);
        Assert.Equal(JsonValueKind.Null, summary.GetProperty("spectral_radius").ValueKind);
        // A gate that begins half open keeps about half of the gradient.
        Assert.InRange(summary.GetProperty("factor_per_step").GetDouble(), 0.4, 0.6);
    }

    // A cell that is added must not change what the documents show.
    [Fact]
    public void Without_a_choice_the_cells_are_those_of_the_documents()
    {
        string[] usual = ["rnn", "rnn-orthogonal", "irnn", "gru", "lstm", "lstm-forget", "rnn-attention"];
        Assert.Equal(usual, new MemoryExperiment().Defaults(full: false).Cells!.Select(cell => cell.Name));
        Assert.Equal(usual[..^1], new VanishingExperiment().Defaults(full: true).Cells!.Select(cell => cell.Name));
        Assert.Equal(usual[..^1], SequenceExperiment.DefaultCells.Select(cell => cell.Name));
        IEnumerable<CellChoice> order = new OrderExperiment().Defaults(full: false).Cells!;
        Assert.Equal(["rnn", "gru", "lstm", "rnn-attention"], order.Select(cell => cell.Name));
    }

    [Fact]
    public void Clipping_keeps_the_loss_finite_where_large_weights_break_it()
    {
        JsonElement[] runs = Lines(
            "run", "exploding", "--cells", "irnn", "--radii", "2", "--lengths", "30", "--seeds", "1", "--steps", "40");
        Assert.Equal([false, true], runs.Select(run => run.GetProperty("clip").GetBoolean()));
        Assert.Equal([false, true], runs.Select(run => run.GetProperty("finite").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, runs[0].GetProperty("loss").ValueKind);
        Assert.Equal(40, runs[1].GetProperty("curve").GetArrayLength());
    }

    [Fact]
    public void States_come_together_below_a_radius_of_one_and_part_far_above()
    {
        JsonElement[] summaries = Lines("summary", "chaos", "--radii", "0.8,3", "--lengths", "30,60", "--seeds", "2");
        double[] exponents = [.. summaries.Select(line => line.GetProperty("lyapunov_exponent").GetDouble())];
        Assert.InRange(exponents[0], -1, Math.Log(0.8) + 0.02);
        Assert.True(exponents[1] > 0.1, $"{exponents[1]}");
        double[][] distances = [
            .. summaries.Select(
                line => line.GetProperty("distance").EnumerateArray().Select(value => value.GetDouble()).ToArray())];
        Assert.True(distances[0][1] < distances[0][0] && distances[0][0] < 1e-6);
        Assert.True(distances[1][1] > distances[1][0] && distances[1][0] > 1e-6);
    }

    [Fact]
    public void A_gated_cell_remembers_the_first_of_five_words()
    {
        string[] args = ["memory", "--cells", "gru", "--lengths", "5", "--seeds", "1", "--steps", "600"];
        JsonElement run = Assert.Single(Lines("run", args));
        Assert.True(run.GetProperty("learned").GetBoolean(), run.ToString());
        Assert.Equal(Json(args).Output, Json(args).Output);
    }

    [Theory]
    [InlineData("adding", 1.0 / 6)]
    [InlineData("copy", 0.8317766)]
    public void A_task_starts_near_or_above_the_loss_of_knowing_nothing(string name, double chance)
    {
        string[] args = [name, "--cells", "lstm", "--lengths", "5", "--seeds", "1", "--steps", "60"];
        JsonElement run = Assert.Single(Lines("run", args));
        Assert.Equal(chance, run.GetProperty("chance").GetDouble(), 1e-6);
        Assert.InRange(run.GetProperty("curve")[0].GetDouble(), 0.7 * chance, 5 * chance);
        Assert.Equal(Json(args).Output, Json(args).Output);
    }

    [Fact]
    public void A_bag_cannot_learn_what_only_the_order_says()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write(
            "order.tsv", "label\ttext\n" + string.Concat(Enumerable.Repeat("yes\tfirst second\nno\tsecond first\n", 200)));
        JsonElement[] summaries = Lines("summary", "order", "--data", data, "--cells", "gru", "--seeds", "1", "--steps", "8");
        Assert.Equal(["bag", "gru"], summaries.Select(line => line.GetProperty("cell").GetString()));
        Assert.Equal(0.5, summaries[0].GetProperty("accuracy_in_order").GetDouble(), 0.01);
        Assert.Equal(1, summaries[1].GetProperty("accuracy_in_order").GetDouble());
        Assert.InRange(summaries[1].GetProperty("accuracy_shuffled").GetDouble(), 0.3, 0.8);

        string dev = folder.Write("dev.tsv", "label\ttext\nyes\tfirst second\nno\tsecond first\nyes\tfirst second\n");
        JsonElement settings = Assert.Single(
            Lines("settings", "order", "--data", data, "--dev", dev, "--cells", "gru", "--seeds", "1", "--steps", "1"));
        Assert.Equal(
            ("dev.tsv", 400, 3),
            (settings.GetProperty("data").GetString(), settings.GetProperty("train_rows").GetInt32(), settings
                .GetProperty("test_rows").GetInt32()));
    }

    [Fact]
    public void Seeds_repeat_and_the_file_holds_the_printed_lines()
    {
        using var folder = new TemporaryFolder();
        CommandRun printed = Json("seeds", "--seeds", "6", "--out", folder["results"]);
        Assert.Equal(0, printed.ExitCode);
        string file = folder["results/seeds.jsonl"];
        string lines = printed.Output.Replace("{\"version\":1,", "{", StringComparison.Ordinal);
        Assert.Equal(lines, File.ReadAllText(file));
        // Settings, six runs, the summary and the verdict.
        Assert.Equal(9, printed.OutputLines.Length);
        JsonElement run = JsonDocument.Parse(printed.OutputLines[1]).RootElement;
        Assert.Equal(30, run.GetProperty("curve").GetArrayLength());
        // Where Node was not there, the command says how to come to the page and is done all the same.
        Assert.Equal(ReportPage.IsBuilt, File.Exists(folder["results/seeds.html"]));
        Assert.Contains(
            ReportPage.IsBuilt ? $"Report in {folder["results/seeds.html"]}" : $"No seeds.html: {ReportPage.HowToBuild}",
            printed.Error, StringComparison.Ordinal);

        CommandRun again = CommandRun.Of("experiment", "seeds", "--seeds", "6", "--out", folder["results"]);
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("exists already", again.Error, StringComparison.Ordinal);
        CommandRun table = CommandRun.Of("experiment", "seeds", "--seeds", "6", "--out", folder["results"], "--overwrite");
        Assert.Equal(0, table.ExitCode);
        Assert.Contains(" of 6", table.Output, StringComparison.Ordinal);
        Assert.Equal(lines, File.ReadAllText(file));
        File.Delete(file);
        File.WriteAllText(folder["results/seeds.html"], "mine");
        Assert.Contains(
            "seeds.html: exists already", CommandRun.Of("experiment", "seeds", "--seeds", "6", "--out", folder["results"]).Error,
            StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    [Theory]
    [InlineData("vanish", "there is no experiment vanish, expected one of vanishing, exploding, memory")]
    [InlineData(
        "memori",
        "there is no experiment memori, expected one of vanishing, exploding, memory, adding, copy, chaos, order, seeds, "
            + "words, negation, recall, select, position, context, forget, window, rate, scan; did you mean memory?")]
    [InlineData(
        "memory --cells rnn,lstmm",
        "--cells has lstmm, expected some of rnn,rnn-orthogonal,irnn,gru,lstm,lstm-forget,mingru,minlstm,sru,"
            + "peephole,coupled,janet,slstm,deltanet,deltanet1,transformer,rnn-attention; did you mean "
            + "lstm?")]
    [InlineData("adding --cells rnn-attention", "--cells has rnn-attention, expected some of rnn,")]
    [InlineData("vanishing --cells gru,deltanet", "the state of deltanet has 1088 numbers, expected at most 1024")]
    [InlineData("memory --lengths 10,x", "--lengths has x, expected whole numbers")]
    [InlineData("chaos --radii 0", "--radii has 0, expected positive numbers")]
    [InlineData("chaos --radii ,", "--radii is empty, expected a list")]
    [InlineData(
        "seeds --lengths 5", "--lengths means nothing to the experiment seeds, which takes --seeds, --steps; leave it out")]
    [InlineData("memory --seeds 0", "unroll experiment: --seeds is 0, expected a whole number of at least 1")]
    [InlineData("recall --lengths 2,9", "--lengths has 9, expected whole numbers from 1 to 8 with commas")]
    [InlineData("select --lengths 3", "--lengths has 3, expected whole numbers from 4 to 100000 with commas")]
    [InlineData("recall --sizes 0", "--sizes has 0, expected whole numbers from 1 to 4096 with commas")]
    [InlineData("rate --rates 0.1,x", "--rates has x, expected positive numbers with commas")]
    [InlineData("scan --rates 0.1", "--rates means nothing to the experiment scan, which takes --cells, --lengths, --seeds;")]
    [InlineData("position --cells rnn-attention", "--cells has rnn-attention, expected some of rnn,")]
    [InlineData("order --data none.tsv", "none.tsv: no such file")]
    [InlineData("order --dev none.tsv", "--dev measures what --data trains, and there is no --data; give both")]
    [InlineData(
        "chaos --dev none.tsv",
        "--dev means nothing to the experiment chaos, which takes --lengths, --radii, --seeds; leave it out")]
    public void Bad_names_and_values_are_one_line(string commandLine, string expected)
    {
        CommandRun run = CommandRun.Of(["experiment", .. commandLine.Split(' ')]);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("error: " + expected, run.Error, StringComparison.Ordinal);
        Assert.Equal(run.Error.Length - 1, run.Error.IndexOf('\n', StringComparison.Ordinal));
    }

    [Fact]
    public void Interrupting_ends_at_once_and_leaves_no_file()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("sends SIGINT with kill, which Windows does not have");
        using var folder = new TemporaryFolder();
        using Process process = Repository.Start(
            Repository.Command, [
                "experiment", "memory", "--cells", "rnn", "--lengths", "100", "--steps", "1000000", "--json", "--out",
                folder["results"]]);
        Assert.Contains("settings", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
        using (Process kill = Process.Start("kill", ["-INT", $"{process.Id}"]))
            kill.WaitForExit();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        Assert.StartsWith("error: interrupted", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["results"]));
    }

    [Theory]
    [InlineData("negation --cells rnn,mingru --lengths 3,6 --seeds 2 --steps 60", 2)]
    [InlineData("recall --cells gru --lengths 1,2 --sizes 4,8 --rates 0.003,0.01 --seeds 2 --steps 60", 8)]
    [InlineData("select --cells gru --lengths 4,8 --rates 0.01 --seeds 2 --steps 60", 2)]
    [InlineData("position --cells gru --lengths 4,8 --seeds 2 --steps 60", 2)]
    [InlineData("forget --cells lstm,rnn --lengths 4,6 --seeds 1 --steps 60", 2)]
    [InlineData("rate --cells gru --lengths 4 --rates 0.01,0.02 --seeds 1 --steps 60", 2)]
    [InlineData("context --data SAMPLES --cells gru --seeds 2 --steps 1", 2)]
    [InlineData("window --data SAMPLES --cells gru --seeds 2 --steps 1", 2)]
    [InlineData("words --seeds 4", 0)]
    public void A_short_run_ends_with_its_verdict_and_repeats(string commandLine, int runs)
    {
        string[] args = commandLine.Split(' ');
        string samples = Path.Combine(Repository.Root, "samples", "reviews.tsv");
        args = [.. args.Select(word => word == "SAMPLES" ? samples : word)];
        CommandRun first = Json(args);
        Assert.Equal((0, ""), (first.ExitCode, first.Error));
        JsonElement[] lines = [.. first.OutputLines.Select(line => JsonDocument.Parse(line).RootElement)];
        string[] kinds = [.. lines.Select(line => line.GetProperty("kind").GetString()!)];
        Assert.Equal(("settings", "verdict"), (kinds[0], kinds[^1]));
        if (runs > 0)
            Assert.Equal(runs * (args[0] == "negation" ? 2 : 1), kinds.Count(kind => kind == "run"));
        Assert.Contains("summary", kinds);
        Assert.Equal(first.Output, Json(args).Output);
        string printed = CommandRun.Of(["experiment", .. args]).Output;
        Assert.EndsWith(lines[^1].GetProperty("text").GetString() + "\n", printed, StringComparison.Ordinal);
    }

    [Fact]
    public void Times_are_measured_for_every_cell_and_both_numbers_of_threads()
    {
        string[] args = ["scan", "--cells", "rnn,mingru", "--lengths", "8,16", "--seeds", "2"];
        JsonElement[] steps = Lines("step", args);
        Assert.Equal(
            [("rnn", 1), ("mingru", 1), ("rnn", 2), ("mingru", 2)],
            steps.Select(step => (step.GetProperty("cell").GetString(), step.GetProperty("threads").GetInt32())));
        IEnumerable<JsonElement> times = steps.SelectMany(step => step.GetProperty("least").EnumerateArray());
        Assert.All(times, time => Assert.True(time.GetDouble() > 0));
    }

    [Fact]
    public void A_plain_rnn_follows_a_parity_beyond_its_training_and_a_linear_recurrence_does_not()
    {
        JsonElement[] summaries = Lines(
            "summary", "negation", "--cells", "rnn,mingru", "--lengths", "6,20", "--seeds", "1", "--steps", "1500");
        Assert.Equal([true, false], summaries.Select(line => line.GetProperty("theory").GetBoolean()));
        Assert.Equal(1, summaries[0].GetProperty("beyond").GetDouble());
        Assert.InRange(summaries[1].GetProperty("beyond").GetDouble(), 0.2, 0.8);
    }

    [Fact]
    public void The_picture_is_beside_the_measurements_and_is_not_written_over()
    {
        using var folder = new TemporaryFolder();
        string[] args = ["experiment", "words", "--seeds", "3", "--out", folder["results"]];
        Assert.Equal(0, CommandRun.Of(args).ExitCode);
        string picture = folder["results/words.svg"];
        Assert.Contains("The state moves from word to word", File.ReadAllText(picture), StringComparison.Ordinal);
        File.Delete(folder["results/words.jsonl"]);
        File.Delete(folder["results/words.html"]);
        File.WriteAllText(picture, "mine");
        CommandRun again = CommandRun.Of(args);
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("words.svg: exists already", again.Error, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(picture));
    }

    [Fact]
    public void Help_names_every_experiment_and_its_question()
    {
        string help = CommandRun.Of("experiment", "--help").Output;
        Assert.All(ExperimentCatalog.All, experiment => Assert.Contains($"{experiment.Name} ", help, StringComparison.Ordinal));
        Assert.Contains("--full", help, StringComparison.Ordinal);
    }

    private static CommandRun Json(params string[] args) => CommandRun.Of(["experiment", .. args, "--json"]);

    private static JsonElement[] Lines(string kind, params string[] args)
    {
        CommandRun run = Json(args);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        JsonElement[] lines = [.. run.OutputLines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.All(lines, line => Assert.Equal(args[0], line.GetProperty("experiment").GetString()));
        Assert.Equal("settings", lines[0].GetProperty("kind").GetString());
        return [.. lines.Where(line => line.GetProperty("kind").GetString() == kind)];
    }
}
