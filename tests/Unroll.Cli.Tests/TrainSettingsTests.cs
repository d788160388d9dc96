using System.Globalization;
using System.Text.Json;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>Settings files, splits, weights and the search of a learning rate, as a user gives them.</summary>
public class TrainSettingsTests
{
    internal static readonly string[] Small = [
        "--embedding", "6", "--hidden", "6", "--batch", "2", "--epochs", "2", "--no-baselines"];

    [Fact]
    public void The_printed_settings_are_a_settings_file_and_the_command_line_goes_before_it()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        CommandRun printed = CommandRun.Of(
            ["train", data, .. Small, "--cell", "lstm", "--bidirectional", "--lr", "0.003", "--class-weights", "neg=2",
                "--print-config"]);
        Assert.Equal(0, printed.ExitCode);
        string file = folder.Write("settings.json", printed.Output);
        Assert.Equal(printed.Output, CommandRun.Of("train", "--config", file, "--print-config").Output);

        string changed = CommandRun.Of(
            "train", "--config", file, "--lr", "0.5", "--bidirectional=false", "--print-config").Output;
        using JsonDocument json = JsonDocument.Parse(changed);
        Assert.Equal(0.5, json.RootElement.GetProperty("lr").GetDouble());
        Assert.False(json.RootElement.GetProperty("bidirectional").GetBoolean());
        Assert.Equal("lstm", json.RootElement.GetProperty("cell").GetString());
        Assert.Equal(data, json.RootElement.GetProperty("data").GetString());

        CommandRun trained = CommandRun.Of("train", "--config", file, "--out", folder["model"]);
        Assert.True(trained.ExitCode == 0, trained.Error);
        Assert.Equal(
            trained.OutputLines[0],
            CommandRun.Of(
                ["train", data, .. Small, "--cell", "lstm", "--bidirectional", "--lr", "0.003", "--class-weights",
                    "neg=2"]).OutputLines[0]);
        Assert.Contains("\"cell\": \"lstm\"", File.ReadAllText(folder["model/config.json"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"hiden\": 3}", "unknown key \"hiden\"; did you mean \"hidden\"?")]
    [InlineData("{\"zzzzzzzz\": 3}", "unknown key \"zzzzzzzz\"; unroll train --help lists all")]
    [InlineData(
        "{\"threads\": 3}",
        "\"threads\" is no setting of the model or its training, expected it on the command line; give --threads there")]
    [InlineData("{\"hidden\": \"wide\"}", "--hidden is wide, expected a whole number of at least 1")]
    [InlineData("{\"hidden\": [3]}", "\"hidden\" is a JSON array, expected a string, a number, true or false")]
    [InlineData("[1]", "holds a JSON array, expected an object")]
    [InlineData("{\"hidden\": 3,\n \"cell\" \"gru\"}", "not JSON")]
    [InlineData("{\"hidden\": 3, \"hidden\": 4}", "Duplicate property 'hidden'")]
    public void A_settings_file_that_cannot_be_used_is_named(string content, string expected)
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        string file = folder.Write("settings.json", content);
        AssertRefused(["train", data, "--config", file], expected, file);
        AssertRefused(["train", data, "--config", folder["none.json"]], "no such file", folder["none.json"]);
    }

    [Theory]
    [InlineData("", "{\"embedding\":200}")]
    [InlineData("--embedding 0", "{\"embedding\":0}")]
    [InlineData("--embedding 9 --adversarial 0.2", "{\"embedding\":9,\"adversarial\":0.2}")]
    [InlineData("--vectors words.txt", "{}")]
    public void What_is_left_open_is_printed_as_it_will_be(string given, string expected)
    {
        string[] args = ["train", "rows.tsv", .. given.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--print-config"];
        using JsonDocument json = JsonDocument.Parse(CommandRun.Of(args).Output);
        IEnumerable<string> shown = json.RootElement.EnumerateObject().Where(
            setting => setting.Name is "embedding" or "adversarial").Select(setting => $"\"{setting.Name}\":{setting.Value}");
        Assert.Equal(expected, $"{{{string.Join(',', shown)}}}");
    }

    [Theory]
    [InlineData("heavy", "--class-weights has heavy, expected balanced or LABEL=NUMBER")]
    [InlineData("neg=x", "--class-weights has neg=x")]
    [InlineData("neg=-1", "--class-weights has neg=-1")]
    [InlineData("nag=2", "--class-weights names the label nag, which no row has; expected labels among neg, pos")]
    public void Class_weights_that_cannot_be_used_are_refused(string weights, string expected)
    {
        using var folder = new TemporaryFolder();
        AssertRefused(["train", TrainCommandTests.WriteRows(folder), "--class-weights", weights], expected);
    }

    [Fact]
    public void Balanced_classes_change_the_loss_of_unbalanced_rows_only()
    {
        using var folder = new TemporaryFolder();
        string balanced = TrainCommandTests.WriteRows(folder, copies: 5);
        string unbalanced = folder.Write(
            "unbalanced.tsv", File.ReadAllText(balanced) + string.Concat(Enumerable.Repeat("pos\ta fine film\n", 30)));
        Assert.Equal(FirstLoss(balanced), FirstLoss(balanced, "--class-weights", "balanced"));
        Assert.NotEqual(FirstLoss(unbalanced), FirstLoss(unbalanced, "--class-weights", "balanced"));

        static string FirstLoss(string data, params string[] more) =>
            CommandRun.Of(["train", data, "--dev-share", "0", .. Small, .. more]).OutputLines[0];
    }

    [Theory]
    [InlineData("", "the last epoch is kept, uncalibrated, and without a linear part; give a larger --dev-share, or --dev FILE")]
    [InlineData("--linear=false", "the last epoch is kept, uncalibrated; give a larger --dev-share, or --dev FILE")]
    [InlineData("--dev-share 0", null)]
    [InlineData("--dev-share 0.5", null)]
    public void Rows_too_few_for_dev_rows_are_told(string given, string? expected)
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        CommandRun run = CommandRun.Of(
            ["train", data, .. given.Split(' ', StringSplitOptions.RemoveEmptyEntries), .. Small]);
        Assert.True(run.ExitCode == 0, run.Error);
        string[] told = [.. run.Error.Split('\n').Where(line => line.Contains("for dev rows", StringComparison.Ordinal))];
        Assert.Equal(
            expected is null ? [] : [$"warning: no class has rows enough for dev rows, a share of 0.1: {expected}"], told);
    }

    [Theory]
    [InlineData("1", false)]
    [InlineData("0", true)]
    public void Clipping_is_advised_where_there_is_none(string clip, bool advised)
    {
        using var folder = new TemporaryFolder();
        CommandRun run = CommandRun.Of(
            ["train", TrainCommandTests.WriteRows(folder, copies: 10), "--lr", "1e30", "--clip", clip, .. Small]);
        Assert.Equal(1, run.ExitCode);
        Assert.EndsWith($"(it is 1E+30){(advised ? " or --clip 1" : "")}", run.Error.TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"linear": "no"}""", "\"linear\" is no, expected true or false")]
    [InlineData("""{"keep-case": 1}""", "\"keep-case\" is 1, expected true or false")]
    [InlineData("""{"bidirectional": "a\u001b[31mb"}""", "\"bidirectional\" is a\\u001B[31mb, expected true or false")]
    public void A_switch_in_a_settings_file_takes_true_or_false(string json, string expected)
    {
        using var folder = new TemporaryFolder();
        AssertRefused(
            ["train", TrainCommandTests.WriteRows(folder), "--config", folder.Write("c.json", json)], $"c.json: {expected}");
    }

    /// <summary>Terms of an old model are none of a new one that has no linear part.</summary>
    [Fact]
    public void A_model_without_a_linear_part_leaves_no_terms_of_an_older_one()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 20);
        string terms = Path.Combine(folder["model"], "terms.txt");
        foreach (string linear in (string[])["--linear", "--linear=false", "--linear"])
        {
            CommandRun run = CommandRun.Of(["train", data, "--out", folder["model"], "--overwrite", linear, .. Small]);
            Assert.True(run.ExitCode == 0, run.Error);
            Assert.Equal(linear == "--linear", File.Exists(terms));
            Assert.Equal(0, CommandRun.Of("predict", folder["model"], "a fine film").ExitCode);
        }
    }

    [Fact]
    public void The_search_of_a_learning_rate_climbs_until_the_loss_flies_off()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 20);
        CommandRun run = CommandRun.Of(["train", data, "--find-lr", "--json", .. Small, "--optimizer", "sgd", "--clip", "0"]);
        Assert.True(run.ExitCode == 0, run.Error);
        JsonElement[] lines = [
            .. run.OutputLines.Where(
                line => !line.StartsWith("{\"version\":1,\"data\"", StringComparison.Ordinal)).Select(line =>
                    JsonDocument.Parse(line).RootElement)];
        double[] rates = [.. lines[..^1].Select(line => line.GetProperty("learning_rate").GetDouble())];
        double[] losses = [.. lines[..^1].Select(line => line.GetProperty("smoothed_loss").GetDouble())];
        Assert.Equal(rates.Order(), rates);
        Assert.Equal(1e-6, rates[0], 1e-12);
        Assert.Equal(rates[Array.IndexOf(losses, losses.Min())] / 10, lines[^1].GetProperty("suggestion").GetDouble(), 1e-12);
        Assert.InRange(lines[^1].GetProperty("suggestion").GetDouble(), 1e-4, 1);
        CommandRun drawn = CommandRun.With("", onScreen: true, ["train", data, "--find-lr", .. Small]);
        Assert.Contains("Loss against learning rate", drawn.Output, StringComparison.Ordinal);
        Assert.Contains("Suggestion: --lr ", drawn.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Patience_stops_the_training_and_the_best_epoch_is_kept()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        CommandRun run = CommandRun.Of(
            "train", data, "--dev", data, "--embedding", "6", "--hidden", "6", "--batch", "2", "--lr", "0.01", "--schedule",
            "constant", "--dropout", "0", "--epochs", "500", "--patience", "5", "--json");
        JsonElement[] lines = [.. run.OutputLines[1..].Select(line => JsonDocument.Parse(line).RootElement)];
        int kept = lines[^1].GetProperty("kept_epoch").GetInt32();
        Assert.Equal(kept + 5, lines.Length - 1);
        Assert.True(lines[kept - 1].GetProperty("best").GetBoolean());
        Assert.Equal(1, lines[^1].GetProperty("dev_accuracy").GetDouble());
    }

    [Fact]
    public void Rows_come_from_standard_input_and_odd_rows_are_reported()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 5);
        string odd = File.ReadAllText(data) + "pos \tfine film\nrare\tonce only\npos\t\nneg\ta fine film\n";
        CommandRun run = CommandRun.With(odd, onScreen: false, ["train", "-", "--dev-share", "0", .. Small]);
        Assert.True(run.ExitCode == 0, run.Error);
        string[] warnings = [.. run.Error.Split('\n').Where(line => line.StartsWith("warning: ", StringComparison.Ordinal))];
        Assert.Contains(warnings, line => line.Contains("differ only in white space", StringComparison.Ordinal)
            && line.Contains("\"pos \"", StringComparison.Ordinal));
        Assert.Contains(warnings, line => line.Contains("single row", StringComparison.Ordinal)
            && line.Contains("rare", StringComparison.Ordinal));
        Assert.Contains(warnings, line => line.Contains("1 row of train without a word", StringComparison.Ordinal));
        Assert.Contains(warnings, line => line.Contains("more than one label", StringComparison.Ordinal));
    }

    [Fact]
    public void Ten_thousand_classes_train()
    {
        using var folder = new TemporaryFolder();
        string rows = string.Concat(
            Enumerable.Range(0, 20_000).Select(
                i => string.Create(CultureInfo.InvariantCulture, $"c{i % 10_000}\tword{i % 10_000} text\n")));
        string data = folder.Write("many.tsv", "label\ttext\n" + rows);
        CommandRun run = CommandRun.Of(
            "train", data, "--epochs", "1", "--embedding", "8", "--hidden", "8", "--batch", "256", "--no-baselines",
            "--dev-share", "0");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("10000 labels", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_to_is_said_before_the_training()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        AssertRefused(["train", data, "--out", Path.Combine(data, "model"), .. Small], "cannot be written to");
    }

    [Theory]
    [InlineData("--out|", "the folder's name is empty")]
    [InlineData("--class-weights|pos=0,neg=0", "has 0 for every label")]
    [InlineData("--class-weights|pos=1,pos=2", "names the label pos twice")]
    [InlineData("--vectors|", "no such file")]
    public void Settings_that_mean_nothing_are_refused_at_once(string words, string expected)
    {
        using var folder = new TemporaryFolder();
        CommandRun run = CommandRun.Of(["train", TrainCommandTests.WriteRows(folder), .. words.Split('|'), "--epochs", "1"]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_settings_file_may_begin_with_a_byte_order_mark_and_the_maximum_of_tokens_is_named()
    {
        using var folder = new TemporaryFolder();
        string config = folder.Write("config.json", "\uFEFF{\"hidden\": 7}");
        string printed = CommandRun.Of("train", "--config", config, "--print-config").Output;
        Assert.Contains("\"hidden\": 7", printed, StringComparison.Ordinal);
        CommandRun run = CommandRun.Of("predict", PolarityModel.Save(folder), "good bad good", "--max-tokens", "2");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("3 tokens, expected at most 2; split it, or raise --max-tokens", run.Error, StringComparison.Ordinal);
    }

    internal static void AssertRefused(string[] args, string expected, string start = "")
    {
        CommandRun run = CommandRun.Of(args);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("error: " + start, run.Error.Split('\n')[^2], StringComparison.Ordinal);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }
}
