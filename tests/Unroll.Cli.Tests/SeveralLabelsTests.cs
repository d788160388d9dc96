using System.Globalization;
using System.Text;
using System.Text.Json;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>Rows with several labels through the command.</summary>
public class SeveralLabelsTests
{
    private static readonly string[] Small = ["--hidden", "8", "--embedding", "10", "--epochs", "6", "--threads", "1"];

    // A row has the labels whose word is in it.
    private static string FastText(int seed, int rows)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        for (int i = 0; i < rows; i++)
        {
            int set = 1 + random.Next(3);
            text.Append((set & 1) > 0 ? "__label__sports " : "").Append((set & 2) > 0 ? "__label__politics " : "");
            text.Append(CultureInfo.InvariantCulture, $"w{random.Next(5)} {((set & 1) > 0 ? "ball " : "")}");
            text.Append((set & 2) > 0 ? "vote\n" : "w1\n");
        }
        return text.ToString();
    }

    private static string JsonLines(int seed, int rows) => string.Concat(FastText(seed, rows).TrimEnd().Split('\n').Select(line =>
    {
        string[] words = line.Split(' ');
        string[] labels = [.. words.Where(IsLabel).Select(word => word["__label__".Length..])];
        return JsonSerializer.Serialize(new { labels, text = string.Join(' ', words.Where(word => !IsLabel(word))) }) + "\n";

        static bool IsLabel(string word) => word.StartsWith("__label__", StringComparison.Ordinal);
    }));

    [Theory]
    [InlineData("rows.ft")]
    [InlineData("rows.jsonl")]
    public void From_a_file_to_answers_and_figures(string name)
    {
        using var folder = new TemporaryFolder();
        bool isFastText = name.EndsWith(".ft", StringComparison.Ordinal);
        string rows = folder.Write(name, isFastText ? FastText(1, 300) : JsonLines(1, 300));
        string test = folder.Write("test.jsonl", JsonLines(2, 60) + "{\"label\":[],\"text\":\"w3 w1\"}\n");
        CommandRun train = CommandRun.Of(["train", rows, "--test", test, .. Small, "--out", folder["model"]]);
        Assert.True(train.ExitCode == 0, train.Error);
        Assert.Contains(" rows; 2 labels, a text may have several: ", train.Error, StringComparison.Ordinal);
        Assert.Contains("2 labels, each decided by itself, ", train.Error, StringComparison.Ordinal);
        Assert.Matches(@"micro-F1 [01]\.\d{4} on test; accuracy is the share of rows whose labels are all found", train.Output);
        CommandRun predict = CommandRun.Of("predict", folder["model"], "w1 ball vote", "vote w1", "w1 w2", "");
        Assert.Matches(
            @"^(sports,politics|politics,sports)\t[01]\.\d{4},[01]\.\d{4}\tw1 ball vote\npolitics\t[01]\.\d{4}\tvote w1\n"
                + @".*\n\t\t\n$",
            predict.Output);
        Assert.Matches(
            @"^-\t[01]\.\d{4}\tw1 ball vote\n$",
            CommandRun.Of("predict", folder["model"], "w1 ball vote", "--threshold", "1").Output);
        CommandRun json = CommandRun.Of("predict", folder["model"], "w1 ball vote", "--json");
        JsonElement labels = JsonDocument.Parse(json.Output).RootElement.GetProperty("labels");
        Assert.Equal(["politics", "sports"], labels.EnumerateObject().Select(label => label.Name).Order());

        Assert.Matches(
            @"^(sports,politics|politics,sports) [01]\.\d{4},[01]\.\d{4}\n",
            CommandRun.Of("inspect", folder["model"], "w1 ball vote").Output);
        Assert.Contains(
            "Predict(text) gives labels and the probability of every label",
            CommandRun.Of("export", folder["model"], "--csharp", folder["Model.cs"]).Output, StringComparison.Ordinal);

        CommandRun eval = CommandRun.Of("eval", folder["model"], test);
        Assert.Matches(
            @"(?s)^rows      61\naccuracy  .*\nmicro-F1  (0\.9|1\.0).*\nmacro-F1  .*\n\nlabel +precision", eval.Output);
        Assert.DoesNotContain("truth \\ predicted", eval.Output, StringComparison.Ordinal);
        JsonElement figures = JsonDocument.Parse(
            CommandRun.Of("eval", folder["model"], test, "--json").Output).RootElement;
        Assert.Equal(JsonValueKind.Null, figures.GetProperty("confusion").ValueKind);
        Assert.InRange(figures.GetProperty("micro_f1").GetDouble(), 0.9, 1);
        Assert.True(File.Exists(folder["model/evaluation.json"]));
        string config = File.ReadAllText(folder["model/config.json"]);
        Assert.Contains("\"multi_label\": true", config, StringComparison.Ordinal);
        // The thresholds are among what is checked.
        File.WriteAllText(folder["model/config.json"], config.Replace(
            "\"multi_label\":", "\"multi_label\": ", StringComparison.Ordinal));
        Assert.Contains("altered or damaged", CommandRun.Of("predict", folder["model"], "x").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_gets_the_labels_of_each_row()
    {
        using var folder = new TemporaryFolder();
        string rows = folder.Write("rows.ft", FastText(1, 200)), table = folder.Write("t.csv", "id,text\n7,ball vote\n8,vote\n");
        Assert.Equal(0, CommandRun.Of("train", rows, "--cell", "none", "--out", folder["model.zip"]).ExitCode);
        string output = CommandRun.Of("predict", folder["model.zip"], "--column", "text", "--input", table).Output;
        Assert.Matches(
            @"^id,text,label,probability\n7,ball vote,""\w+,\w+"",""[\d.]+,[\d.]+""\n8,vote,politics,[\d.]+\n$", output);
    }

    [Theory]
    [InlineData("--precision 0.9", "texts may have several labels, and --precision is for models of one label a text")]
    [InlineData("--unlabelled {0}", "texts may have several labels, and texts without labels help models of one label a text")]
    [InlineData("--class-weights other=2", "--class-weights names the label other, which no row has")]
    public void What_does_not_go_together_is_one_line(string options, string expected)
    {
        using var folder = new TemporaryFolder();
        string rows = folder.Write("rows.ft", FastText(1, 60));
        CommandRun run = CommandRun.Of(
            ["train", rows, "--cell", "none", .. options.Split(' ').Select(word => word == "{0}" ? rows : word)]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--folds 2", "Mean of 2 folds")]
    [InlineData("--seeds 2 --class-weights balanced", "test micro-F1")]
    [InlineData("--find-lr --cell gru --embedding 4 --hidden 4", "uggest")]
    [InlineData("--class-weights sports=2,politics=0.5", "micro-F1")]
    public void Other_ways_of_a_training_take_them(string options, string expected)
    {
        using var folder = new TemporaryFolder();
        string rows = folder.Write("rows.ft", FastText(1, 120));
        string[] words = options.Split(' ');
        string[] cell = words.Contains("--cell") ? [] : ["--cell", "none"];
        string[] test = words.Contains("--seeds") ? ["--test", folder.Write("t.ft", FastText(2, 40))] : [];
        CommandRun run = CommandRun.Of(["train", rows, .. cell, .. test, .. words]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains(expected, run.Output + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_one_label_are_trained_so_where_it_is_asked_for_and_further()
    {
        using var folder = new TemporaryFolder();
        string one = folder.Write("one.tsv", "label\ttext\n" + string.Concat(
            Enumerable.Range(0, 40).Select(i => $"sports\tball {i % 5}\npolitics\tvote {i % 5}\n")));
        Assert.Equal(0, CommandRun.Of("train", one, "--cell", "none", "--multi-label", "--out", folder["model"]).ExitCode);
        Assert.StartsWith("sports\t", CommandRun.Of("predict", folder["model"], "ball 1").Output, StringComparison.Ordinal);
        CommandRun refused = CommandRun.Of("train", one, "--from", folder["model"], "--multi-label");
        Assert.Contains("--multi-label was given too", refused.Error, StringComparison.Ordinal);
        string several = folder.Write("several.ft", FastText(1, 200));
        CommandRun further = CommandRun.Of("train", several, "--from", folder["model"], "--out", folder["further"]);
        Assert.True(further.ExitCode == 0, further.Error);
        CommandRun ofOne = CommandRun.Of("train", one, "--cell", "none", "--out", folder["plain"]);
        Assert.Equal(0, ofOne.ExitCode);
        CommandRun wrong = CommandRun.Of("eval", folder["plain"], several);
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains(
            "has the labels politics, sports, and the model gives every text one label", wrong.Error, StringComparison.Ordinal);
        Assert.Contains("train a new model with --multi-label", wrong.Error, StringComparison.Ordinal);
    }
}
