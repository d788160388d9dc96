using System.Text.Json;
using Unroll.Cli.Tests;
using Unroll.Tests;
using Xunit;

namespace Unroll.Web.Tests;

public class ReportCommandTests(Runs runs) : IClassFixture<Runs>
{
    [Fact]
    public void The_command_in_the_page_has_the_settings_of_the_run()
    {
        string page = File.ReadAllText(Path.Combine(runs.Second, "report.html"));
        int start = page.IndexOf("id=\"unroll-data\">", StringComparison.Ordinal) + "id=\"unroll-data\">".Length;
        using JsonDocument data = JsonDocument.Parse(page[start..page.IndexOf("</script>", start, StringComparison.Ordinal)]);
        string command = data.RootElement.GetProperty("runs")[0].GetProperty("command").GetString()!;
        string[] words = command.Split(' ');
        Assert.Equal(["unroll", "train"], words[..2]);
        Assert.Equal(["--out", "second"], words[^2..]);
        CommandRun printed = CommandRun.Of([.. words[1..^2], "--print-config"]);
        Assert.Equal(Runs.SettingsInPage(runs.Second), printed.Output);
    }

    [Fact]
    public void The_evaluation_of_the_dev_rows_is_what_eval_says_of_them()
    {
        string run = runs["with-dev"];
        string data = Path.Combine(RepositoryRoot.Path, "samples", "reviews.tsv");
        Assert.Equal(
            0,
            CommandRun.Of(
                "train", data, "--dev", data, "--out", run, "--epochs", "1", "--hidden", "4", "--embedding", "4").ExitCode);
        using JsonDocument eval = JsonDocument.Parse(CommandRun.Of("eval", run, data, "--json", "--mistakes", "20").Output);
        JsonElement evaluation = Runs.Json(run, "evaluation.json");
        foreach (JsonProperty field in eval.RootElement.EnumerateObject().Where(field => field.Name != "version"))
            Assert.True(JsonElement.DeepEquals(field.Value, evaluation.GetProperty(field.Name)), field.Name);
        JsonElement[] ranges = [.. evaluation.GetProperty("by_length").EnumerateArray()];
        Assert.Equal(evaluation.GetProperty("rows").GetInt32(), ranges.Sum(range => range.GetProperty("rows").GetInt32()));
        double right = ranges.Sum(range => range.GetProperty("rows").GetInt32() * range.GetProperty("accuracy").GetDouble());
        Assert.Equal(evaluation.GetProperty("accuracy").GetDouble(), right / evaluation.GetProperty("rows").GetInt32(), 1e-12);
        Assert.True(evaluation.GetProperty("summary").GetProperty("baselines").TryGetProperty("majority", out _));
    }

    [Fact]
    public void A_folder_without_a_run_is_named()
    {
        CommandRun none = CommandRun.Of("report", runs["nothing"], "--out", runs["x.html"]);
        Assert.Equal(2, none.ExitCode);
        Assert.Equal(
            $"error: {runs["nothing"]}: no such folder, expected the folder of a run; make one with unroll train DATA --out "
                + $"{runs["nothing"]}\n",
            none.Error);
    }

    [Fact]
    public void A_damaged_line_is_named_with_file_and_line()
    {
        string run = runs.WithGradients();
        File.AppendAllText(Path.Combine(run, "metrics.jsonl"), "{\"epoch\":\n");
        CommandRun damaged = CommandRun.Of("report", run, "--out", runs["x.html"]);
        Assert.Equal(2, damaged.ExitCode);
        Assert.StartsWith(
            $"error: {Path.Combine(run, "metrics.jsonl")}:6: not JSON at byte ", damaged.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(runs["x.html"]));
    }

    [Theory]
    [InlineData("", "metrics.jsonl: has no epoch, expected a line for each")]
    [InlineData("{\"epoch\":1}\n", "metrics.jsonl:1: no number under \"train_loss\"")]
    [InlineData("{\"epoch\":1,\"train_loss\":\"x\"}\n", "metrics.jsonl:1: no number under \"train_loss\"")]
    [InlineData("{\"epoch\":1,\"train_loss\":1e999}\n", "metrics.jsonl:1: no number under \"train_loss\"")]
    public void A_run_without_its_epochs_is_no_page(string metrics, string expected)
    {
        string run = runs.WithGradients();
        File.WriteAllText(Path.Combine(run, "metrics.jsonl"), metrics);
        CommandRun report = CommandRun.Of("report", run, "--out", runs["x.html"]);
        Assert.Equal(2, report.ExitCode);
        Assert.Contains(expected, report.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_not_replaced_unless_it_is_asked_for()
    {
        string file = runs.Report(runs.First);
        CommandRun again = CommandRun.Of("report", runs.First, "--out", file);
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("exists already", again.Error, StringComparison.Ordinal);
        Assert.Equal(0, CommandRun.Of("report", runs.First, "--out", file, "--overwrite").ExitCode);
    }
}
