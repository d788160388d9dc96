using System.Text.Json;
using Xunit;

namespace Unroll.Web.Tests;

public class GradientsTabTests(Runs runs) : IClassFixture<Runs>
{
    [Fact]
    public async Task The_heat_map_holds_the_norms_by_distance_or_by_step()
    {
        string run = runs.WithGradients();
        await using OpenPage page = await Browser.Open(runs.Report(run), tab: "#gradients");
        Assert.Equal(Expected(run, "hidden_norm"), await page.Points("gradient-flow"), Close);
        await page.Page.SelectOptionAsync("#chart-gradient-flow select", "time step from the start");
        Assert.Equal(Expected(run, "by_step"), await page.Points("gradient-flow"), Close);
    }

    [Fact]
    public async Task The_bound_is_the_largest_singular_value_to_the_power_of_the_distance()
    {
        await using OpenPage page = await Browser.Open(runs.Report(runs.WithGradients()), tab: "#gradients");
        double[][] bound = await page.Points("gradient-decay", 1);
        Assert.Equal(Enumerable.Range(0, 12).Select(k => new[] { k, 0.5 * Math.Pow(0.7, k) }), bound, Close);
        Assert.Equal(
            Enumerable.Range(0, 12).Select(k => new[] { k, Math.Pow(0.7, k) }), await page.Points("jacobians", 1), Close);
        Assert.Equal([[1, 0.7], [2, 0.8], [3, 0.9]], await page.Points("spectrum", 0));
        Assert.Equal([[1, 0.5], [2, 0.6], [3, 0.7]], await page.Points("spectrum", 1));
    }

    [Fact]
    public async Task The_products_of_Jacobians_are_those_of_the_first_the_middle_and_the_last_epoch()
    {
        foreach ((string run, int lines) in ((string, int)[])[(
            runs.WithGradients(epochs: 5), 2), (runs.First, 2), (runs.Second, 1)])
        {
            JsonElement[] recorded = Runs.Lines(run, "gradients.jsonl");
            await using OpenPage page = await Browser.Open(runs.Report(run), tab: "#gradients");
            int[] shown = [0, (recorded.Length - 1) / 2, recorded.Length - 1];
            for (int i = 0; i < shown.Length; i++)
            {
                double[] norms = OpenPage.Numbers(recorded[shown[i]].GetProperty("jacobian_norm"));
                Assert.Equal(1, norms[0]);
                Assert.Equal(norms.Select((norm, k) => (double[])[k, norm]), await page.Points("jacobians", lines * i));
            }
        }
    }

    [Fact]
    public async Task Runs_that_recorded_no_products_have_no_chart_of_them()
    {
        string run = runs.WithGradients();
        string file = Path.Combine(run, "gradients.jsonl");
        File.WriteAllLines(
            file,
            File.ReadAllLines(file).Select(
                line => line[..line.IndexOf(",\"jacobian_samples", StringComparison.Ordinal)] + "}").ToArray());
        await using OpenPage page = await Browser.Open(runs.Report(run), tab: "#gradients");
        Assert.Equal(3, (await page.Points("spectrum")).Length);
        Assert.Equal(0, await page.Page.Locator("#chart-jacobians").CountAsync());
    }

    [Fact]
    public async Task Without_recorded_gradients_there_is_no_tab()
    {
        string run = runs.WithGradients();
        File.Delete(Path.Combine(run, "gradients.jsonl"));
        await using OpenPage page = await Browser.Open(runs.Report(run), tab: "#gradients");
        Assert.Equal(0, await page.Page.Locator("#tab-gradients").CountAsync());
        Assert.Equal(1, await page.Page.Locator("#panel-training").CountAsync());
    }

    private static IEnumerable<double[]> Expected(string run, string field) =>
        Runs.Lines(run, "gradients.jsonl").SelectMany((JsonElement epoch, int y) =>
            OpenPage.Numbers(epoch.GetProperty(field)).Select((norm, x) => (double[])[x, y, Math.Log10(norm)]));

    private static bool Close(double[] a, double[] b) =>
        a.Length == b.Length && a.Zip(b).All(pair => Math.Abs(pair.First - pair.Second) < 1e-12);
}
