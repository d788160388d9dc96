using System.Text.Json;
using Unroll.Cli.Tests;
using Xunit;

namespace Unroll.Web.Tests;

public class InspectPageTests(Runs runs) : IClassFixture<Runs>
{
    private const string Text = "The food was not good at all.";

    [Fact]
    public async Task The_page_of_a_text_holds_what_inspect_says_of_it()
    {
        string file = runs["inspect.html"];
        using JsonDocument json = JsonDocument.Parse(CommandRun.Of("inspect", runs.Second, Text, "--json").Output);
        CommandRun written = CommandRun.Of("inspect", runs.Second, Text, "--html", file);
        Assert.Equal(0, written.ExitCode);
        await using OpenPage page = await Browser.Open(file);
        JsonElement shown = (await page.Evaluate("window.unroll.data")).GetProperty("sentences")[0];
        JsonProperty[] printed = [.. json.RootElement.EnumerateObject().Where(field => field.Name != "version")];
        Assert.Equal(printed.Select(field => field.Name), shown.EnumerateObject().Select(field => field.Name));
        Assert.All(printed, field => Assert.True(JsonElement.DeepEquals(field.Value, shown.GetProperty(field.Name)), field.Name));
        double[][] path = [
            .. json.RootElement.GetProperty("plane").GetProperty("points").EnumerateArray().Select(OpenPage.Numbers)];
        Assert.Equal(path, await page.Points("path"));
        double[][] forget = [
            .. json.RootElement.GetProperty("states")[0].GetProperty("gates").GetProperty("forget").EnumerateArray()
                .Select(OpenPage.Numbers)];
        Assert.All(await page.Points("states-gate-forget"), cell => Assert.Equal(forget[(int)cell[0]][(int)cell[1]], cell[2]));
    }

    [Fact]
    public void A_page_is_not_replaced_unless_it_is_asked_for()
    {
        string file = runs["twice.html"];
        Assert.Equal(0, CommandRun.Of("inspect", runs.First, Text, "--html", file).ExitCode);
        CommandRun again = CommandRun.Of("inspect", runs.First, Text, "--html", file);
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("exists already", again.Error, StringComparison.Ordinal);
        Assert.Equal(0, CommandRun.Of("inspect", runs.First, Text, "--html", file, "--overwrite").ExitCode);
    }

    [Fact]
    public async Task Training_records_gradients_that_the_page_shows()
    {
        JsonElement[] recorded = Runs.Lines(runs.First, "gradients.jsonl");
        await using OpenPage page = await Browser.Open(Path.Combine(runs.First, "report.html"), tab: "#gradients");
        Assert.Equal(
            recorded.Select(
                epoch => new[] { epoch.GetProperty("epoch").GetDouble(), epoch.GetProperty("spectral_norm").GetDouble() }),
            await page.Points("spectrum"));
    }
}
