using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace Unroll.Web.Tests;

public class TrainingTabTests(Runs runs) : IClassFixture<Runs>
{
    [Theory]
    [InlineData("loss", 0, "train_loss")]
    [InlineData("loss", 1, "dev_loss")]
    [InlineData("accuracy", 0, "dev_accuracy")]
    [InlineData("accuracy", 1, "dev_macro_f1")]
    [InlineData("gradient-norm", 0, "gradient_norm")]
    [InlineData("learning-rate", 0, "learning_rate")]
    public async Task Charts_hold_the_numbers_of_the_run(string chart, int series, string field)
    {
        await using OpenPage page = await Browser.Open(Path.Combine(runs.First, "report.html"));
        double[][] expected = [
            .. Runs.Lines(runs.First, "metrics.jsonl").Select(
                epoch => new[] { epoch.GetProperty("epoch").GetDouble(), epoch.GetProperty(field).GetDouble() })];
        Assert.Equal(5, expected.Length);
        Assert.Equal(expected, await page.Points(chart, series));
    }

    [Fact]
    public async Task The_kept_epoch_and_the_clipping_threshold_are_marked()
    {
        await using OpenPage page = await Browser.Open(Path.Combine(runs.First, "report.html"));
        JsonElement marks = (
            await page.Chart("gradient-norm")).GetProperty("series")[0].GetProperty("markLine").GetProperty("data");
        Assert.Equal(
            Runs.Lines(runs.First, "metrics.jsonl").Last(
                epoch => epoch.GetProperty("best").GetBoolean()).GetProperty("epoch").GetInt32(),
            marks[0].GetProperty("xAxis").GetInt32());
        Assert.Equal(
            Runs.Json(runs.First, "train.json").GetProperty("clip").GetDouble(), marks[1].GetProperty("yAxis").GetDouble());
    }

    [Fact]
    public async Task The_confusions_lengths_and_mistakes_are_those_of_the_evaluation()
    {
        JsonElement evaluation = Runs.Json(runs.First, "evaluation.json");
        await using OpenPage page = await Browser.Open(Path.Combine(runs.First, "report.html"));
        foreach (JsonElement cell in (await page.Chart("confusion")).GetProperty("series")[0].GetProperty("data")
            .EnumerateArray())
        {
            double[] place = OpenPage.Numbers(cell.GetProperty("value"));
            Assert.Equal(
                evaluation.GetProperty("confusion")[(int)place[1]][(int)place[0]].GetInt32(),
                cell.GetProperty("count").GetInt32());
        }
        double[][] accuracies = [
            .. evaluation.GetProperty("by_length").EnumerateArray().Select(
                range => new[] { range.GetProperty("accuracy").GetDouble() })];
        Assert.True(accuracies.Length > 2);
        Assert.Equal(accuracies, await page.Points("lengths"));
        string[] mistakes = [
            .. evaluation.GetProperty("mistakes").EnumerateArray().Select(mistake => mistake.GetProperty("text").GetString()!)];
        Assert.NotEmpty(mistakes);
        Assert.Equal(mistakes, await page.Page.Locator("#mistakes .quoted").AllTextContentsAsync());
    }

    [Fact]
    public async Task Numbers_stand_in_a_table_too()
    {
        await using OpenPage page = await Browser.Open(Path.Combine(runs.First, "report.html"));
        ILocator losses = await page.Table("loss");
        IReadOnlyList<string> cells = await losses.Locator("tbody tr:first-child > *").AllTextContentsAsync();
        JsonElement epoch = Runs.Lines(runs.First, "metrics.jsonl")[0];
        Assert.Equal(
            ["1", $"{epoch.GetProperty("train_loss").GetDouble():F4}", $"{epoch.GetProperty("dev_loss").GetDouble():F4}"], cells);
        Assert.Equal("Loss on training and dev rows", await page.Page.Locator("#chart-loss caption").TextContentAsync());
    }

    [Fact]
    public async Task Several_runs_lie_over_each_other_with_the_settings_that_differ()
    {
        await using OpenPage page = await Browser.Open(runs.Report(runs.First, runs.Second));
        JsonElement series = (await page.Chart("loss")).GetProperty("series");
        Assert.Equal(
            ["first: training", "first: dev", "second: training", "second: dev"],
            series.EnumerateArray().Select(one => one.GetProperty("name").GetString()));
        double[] second = [
            .. Runs.Lines(runs.Second, "metrics.jsonl").Select(epoch => epoch.GetProperty("train_loss").GetDouble())];
        Assert.Equal(second, (await page.Points("loss", 2)).Select(point => point[1]));
        string settings = (await page.Page.Locator("table", new() { HasText = "Settings that differ" }).TextContentAsync())!;
        Assert.Contains("cellrnnlstm", settings, StringComparison.Ordinal);
        Assert.Contains("epochs54", settings, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", settings, StringComparison.Ordinal);
        Assert.Contains("--cell lstm", await After(), StringComparison.Ordinal);

        async Task<string> After()
        {
            await page.Page.SelectOptionAsync(".bar select >> nth=0", "second");
            return (await page.Page.Locator("#command").TextContentAsync())!;
        }
    }

    [Fact]
    public async Task The_lab_has_its_total_loss()
    {
        string folder = runs["lab"];
        Assert.Equal(0, Cli.Tests.CommandRun.Of("lab", "--out", folder).ExitCode);
        await using OpenPage page = await Browser.Open(Path.Combine(folder, "report.html"));
        double[][] points = await page.Points("loss");
        Assert.Equal(300, points.Length);
        Assert.Equal(0.0160, points[^1][1], 5e-5);
        Assert.Equal("unroll lab --out lab", await page.Page.Locator("#command").TextContentAsync());
        await page.Show("sentence");
        Assert.Equal("The movie is bad", await page.Page.Locator("#sentence-text").TextContentAsync());
        Assert.Equal(2, (await page.Points("path", 1)).Length);
    }

    [Fact]
    public async Task A_report_of_the_lab_made_later_is_the_same_with_the_sentences_that_were_tested()
    {
        string folder = runs["lab-tests"];
        Assert.Equal(0, Cli.Tests.CommandRun.Of("lab", "--out", folder, "--test", "good movie", "--test", "bad").ExitCode);
        string later = runs.Report(folder);
        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(folder, "report.html"), TestContext.Current.CancellationToken),
            await File.ReadAllTextAsync(later, TestContext.Current.CancellationToken));
        await using OpenPage page = await Browser.Open(later, tab: "#sentence");
        Assert.Equal(["good movie", "bad"], await page.Page.Locator("#panel-sentence select option").AllTextContentsAsync());
        await page.Show("training");
        Assert.Equal(
            "unroll lab --test 'good movie' --test bad --out lab-tests", await page.Page.Locator("#command").TextContentAsync());
    }
}
