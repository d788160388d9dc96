using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace Unroll.Web.Tests;

[Collection(nameof(ExperimentPages))]
public class ExperimentPageTests(Experiments experiments)
{
    public static TheoryData<string> Names => [.. Experiments.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_page_holds_the_verdict_the_lines_and_the_tables_of_the_command(string name)
    {
        await using OpenPage page = await Browser.Open(experiments.Page(name));
        JsonElement[] shown = [.. (await page.Evaluate("window.unroll.data.experiment.lines")).EnumerateArray()];
        Assert.Equal(experiments.Lines(name), shown, JsonElement.DeepEquals);
        // Every cell of every row, in the order of the printed lines.
        string[] rows = [
            .. await page.Page.Locator(".printed tbody tr").EvaluateAllAsync<string[]>(
                "rows => rows.map(row => [...row.children].map(cell => cell.textContent).join(' '))")];
        Assert.NotEmpty(rows);
        string printed = Spaces(experiments.Printed(name));
        Assert.All(rows, row => Assert.Contains($"\n{row}\n", printed, StringComparison.Ordinal));
        string[] settings = [.. await page.Page.Locator("table:has(caption:text-is('Settings')) td").AllTextContentsAsync()];
        Assert.NotEmpty(settings);
        Assert.All(settings.SelectMany(value => value.Split(", ")), value => Assert.DoesNotMatch(@"\d\.\d{7}", value));
        Assert.StartsWith(
            $"unroll experiment {name} --", await page.Page.Locator("#command").TextContentAsync(), StringComparison.Ordinal);
        Assert.EndsWith(" --out results", await page.Page.Locator("#command").TextContentAsync(), StringComparison.Ordinal);
        JsonElement verdict = Assert.Single(experiments.Lines(name, "verdict"));
        string text = verdict.GetProperty("text").GetString()!;
        Assert.Equal(text, await page.Page.Locator("p.verdict").TextContentAsync());
        Assert.EndsWith(".", text, StringComparison.Ordinal);
        Assert.Contains(text, experiments.Printed(name), StringComparison.Ordinal);
        double verdictAt = await page.Page.EvaluateAsync<double>(
            "document.querySelector('p.verdict').getBoundingClientRect().top");
        double figureAt = await page.Page.EvaluateAsync<double>("document.querySelector('figure').getBoundingClientRect().top");
        Assert.True(verdictAt < figureAt, $"{verdictAt} is below {figureAt}");
    }

    [Theory]
    [InlineData("negation")]
    [InlineData("recall")]
    [InlineData("forget")]
    [InlineData("scan")]
    public async Task Charts_that_an_experiment_declares_show_its_points(string name)
    {
        await using OpenPage page = await Browser.Open(experiments.Page(name));
        JsonElement charts = await page.Evaluate("window.unroll.data.experiment.charts");
        foreach (JsonElement chart in charts.EnumerateArray())
        {
            string id = chart.GetProperty("id").GetString()!;
            bool hasNames = chart.GetProperty("names").GetArrayLength() > 0;
            JsonElement[] series = [.. chart.GetProperty("series").EnumerateArray()];
            for (int i = 0; i < series.Length; i++)
            {
                double[][] points = [.. series[i].GetProperty("points").EnumerateArray().Select(OpenPage.Numbers)];
                bool isLog = chart.GetProperty("x").GetProperty("log").GetBoolean();
                double[][] expected = hasNames
                    ? [.. points.Select(point => (double[])[point[1]])]
                    : [.. points.Where(point => !isLog || point[0] > 0).Select(point => point[..2])];
                Assert.Equal(expected, await page.Points(id, i));
            }
        }
    }

    // One of each kind of chart.
    [Theory]
    [InlineData("exploding")]
    [InlineData("memory")]
    [InlineData("negation")]
    [InlineData("scan")]
    public async Task It_is_readable_on_a_telephone_and_on_a_wide_screen_light_and_dark(string name)
    {
        foreach ((int width, ColorScheme scheme) in ((int, ColorScheme)[])[(360, ColorScheme.Dark), (1600, ColorScheme.Light)])
        {
            await using OpenPage page = await Browser.Open(experiments.Page(name), width, scheme);
            await page.Page.EvaluateAsync("document.querySelectorAll('details').forEach(one => one.open = true)");
            int figures = await page.Page.Locator("figure").CountAsync();
            Assert.InRange(figures, 2, 4);
            foreach (IElementHandle figure in await page.Page.QuerySelectorAllAsync("figure"))
                await figure.WaitForSelectorAsync("canvas");
            int[] widths = await page.Page.EvaluateAsync<int[]>("[document.documentElement.scrollWidth, innerWidth]");
            Assert.True(widths[0] <= widths[1], $"{name} at {width} px is {widths[0]} px wide");
            double brightness = await page.Page.EvaluateAsync<double>(
                "getComputedStyle(document.body).backgroundColor.match(/\\d+/g)" +
                ".reduce((sum, part) => sum + Number(part) / 3, 0)");
            Assert.Equal(scheme == ColorScheme.Dark, brightness < 60);
        }
    }

    [Fact]
    public async Task Vanishing_shows_what_is_left_of_gradients_and_products()
    {
        JsonElement[] curves = experiments.Lines("vanishing", "curve"), summaries = experiments.Lines("vanishing", "summary");
        await using OpenPage page = await Browser.Open(experiments.Page("vanishing"));
        for (int i = 0; i < curves.Length; i++)
        {
            double[] gradient = OpenPage.Numbers(curves[i].GetProperty("gradient"));
            Assert.Equal(Numbered(gradient.Select(value => value / gradient[0])), await page.Points("gradient-left", i));
            Assert.Equal(
                Numbered(OpenPage.Numbers(curves[i].GetProperty("jacobian_norm"))), await page.Points("jacobian-norm", i));
        }
        Assert.Equal(Values(summaries, "spectral_radius").Select(One), await page.Points("factors", 0));
        Assert.Equal(Values(summaries, "factor_per_step").Select(One), await page.Points("factors", 1));
    }

    [Fact]
    public async Task Exploding_shows_medians_by_radius_and_the_curves_of_what_is_chosen()
    {
        JsonElement[] runs = experiments.Lines("exploding", "run"), summaries = experiments.Lines("exploding", "summary");
        await using OpenPage page = await Browser.Open(experiments.Page("exploding"));
        foreach ((string chart, string field) in ((string, string)[])[(
            "largest-gradient", "median_largest_gradient"), ("largest-jump", "median_largest_jump")])
        {
            JsonElement[] clipped = [
                .. summaries.Where(line => line.GetProperty("cell").GetString() == "irnn"
                    && line.GetProperty("clip").GetBoolean())];
            Assert.Equal(
                Values(clipped, "radius").Zip(Values(clipped, field), (x, y) => (double[])[x, y]), await page.Points(chart, 3));
        }
        await page.Page.SelectOptionAsync("#chart-loss select", "irnn, radius 3");
        JsonElement broken = runs.First(line => line.GetProperty("cell").GetString() == "irnn"
            && line.GetProperty("radius").GetDouble() == 3);
        Assert.False(broken.GetProperty("finite").GetBoolean());
        // The loss that is no number any more leaves a gap at the end.
        Assert.Equal(
            broken.GetProperty("curve").EnumerateArray().Select(value => value.ToString()),
            (await page.Chart("loss")).GetProperty("series")[0].GetProperty("data").EnumerateArray()
                .Select(point => point[1].ToString()));
    }

    [Theory]
    [InlineData("memory", "learning", "40 words")]
    [InlineData("adding", "loss", "10 numbers")]
    [InlineData("copy", "loss", "8 steps of gap")]
    public async Task Curves_are_those_of_the_length_that_is_chosen(string name, string chart, string length)
    {
        int number = int.Parse(length.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        JsonElement[] runs = [.. experiments.Lines(name, "run").Where(line => line.GetProperty("length").GetInt32() == number)];
        await using OpenPage page = await Browser.Open(experiments.Page(name));
        await page.Page.SelectOptionAsync($"#chart-{chart} select", length);
        for (int i = 0; i < runs.Length; i++)
        {
            int every = runs[i].GetProperty("curve_every").GetInt32(), steps = runs[i].GetProperty("steps").GetInt32();
            Assert.Equal(
                OpenPage.Numbers(runs[i].GetProperty("curve")).Select(
                    (value, k) => (double[])[Math.Min(every * (k + 1), steps), value]),
                await page.Points(chart, i));
        }
        if (name != "memory")
        {
            JsonElement mark = (await page.Chart(chart)).GetProperty("series")[0].GetProperty("markLine").GetProperty("data")[0];
            Assert.Equal(runs[0].GetProperty("chance").GetDouble(), mark.GetProperty("yAxis").GetDouble());
        }
    }

    [Fact]
    public async Task Memory_shows_success_against_length()
    {
        JsonElement[] summaries = experiments.Lines("memory", "summary");
        await using OpenPage page = await Browser.Open(experiments.Page("memory"));
        Assert.Equal(Values(summaries, "learned"), (await page.Points("learned")).Select(cell => cell[2]));
        double[][] accuracies = [.. await page.Points("accuracy", 0), .. await page.Points("accuracy", 1)];
        Assert.Equal(Values(summaries, "mean_accuracy"), accuracies.Select(point => point[1]));
    }

    [Fact]
    public async Task Chaos_shows_distances_and_exponents()
    {
        JsonElement[] curves = experiments.Lines("chaos", "curve"), summaries = experiments.Lines("chaos", "summary");
        await using OpenPage page = await Browser.Open(experiments.Page("chaos"));
        for (int i = 0; i < curves.Length; i++)
            Assert.Equal(Numbered(OpenPage.Numbers(curves[i].GetProperty("distance"))), await page.Points("distance", i));
        Assert.Equal(
            Values(summaries, "radius").Zip(Values(summaries, "lyapunov_exponent"), (x, y) => (double[])[x, y]),
            await page.Points("exponent"));
    }

    [Fact]
    public async Task Order_shows_both_accuracies()
    {
        JsonElement[] summaries = experiments.Lines("order", "summary");
        await using OpenPage page = await Browser.Open(experiments.Page("order"));
        Assert.Equal(Values(summaries, "accuracy_in_order").Select(One), await page.Points("order", 0));
        Assert.Equal(Values(summaries, "accuracy_shuffled").Select(One), await page.Points("order", 1));
        JsonElement gru = experiments.Lines("order", "run").First(line => line.GetProperty("cell").GetString() == "gru");
        Assert.Equal(Numbered(OpenPage.Numbers(gru.GetProperty("curve")), first: 1), await page.Points("by-epoch"));
    }

    [Fact]
    public async Task Seeds_lie_over_each_other_those_that_failed_on_top()
    {
        JsonElement[] runs = experiments.Lines("seeds", "run");
        JsonElement[] sorted = [
            .. runs.Where(run => run.GetProperty("learned").GetBoolean()),
            .. runs.Where(run => !run.GetProperty("learned").GetBoolean())];
        Assert.False(sorted[^1].GetProperty("learned").GetBoolean());
        await using OpenPage page = await Browser.Open(experiments.Page("seeds"));
        JsonElement series = (await page.Chart("curves")).GetProperty("series");
        Assert.Equal(runs.Length, series.GetArrayLength());
        foreach (int i in (int[])[0, runs.Length / 2, runs.Length - 1])
            Assert.Equal(
                OpenPage.Numbers(sorted[i].GetProperty("curve")).Select((value, k) => (double[])[1 + 10 * k, value]),
                await page.Points("curves", i));
        Assert.Equal(Values(runs, "loss").Order(), (await page.Points("final")).Select(point => point[1]));
    }

    private static double[] One(double value) => [value];

    private static IEnumerable<double[]> Numbered(IEnumerable<double> values, int first = 0) =>
        values.Select((value, i) => (double[])[i + first, value]);

    private static double[] Values(JsonElement[] lines, string field) =>
        [.. lines.Select(line => line.GetProperty(field).GetDouble())];

    private static string Spaces(string text) =>
        string.Join(
            '\n', text.Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
}
