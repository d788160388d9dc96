using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace Unroll.Web.Tests;

public class PageTests(Runs runs) : IClassFixture<Runs>
{
    private static readonly string[] Tabs = ["training", "gradients", "sentence"];

    [Fact]
    public async Task Tabs_work_by_keyboard()
    {
        // A page that has something on each of them; an empty tab does not show.
        string data = runs["keyboard.html"];
        WriteAll(data);
        await using OpenPage page = await Browser.Open(data);
        await page.Page.FocusAsync("#theme");
        await page.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("tab-training", await Focused());
        foreach ((string key, string expected) in (IEnumerable<(string, string)>)
            [("ArrowRight", "gradients"), ("ArrowRight", "sentence"), ("ArrowRight", "training"), ("ArrowLeft", "sentence"),
                ("Home", "training"), ("End", "sentence")])
        {
            await page.Page.Keyboard.PressAsync(key);
            Assert.Equal($"tab-{expected}", await Focused());
            Assert.Equal([expected], await Shown());
            Assert.Equal("true", await page.Page.GetAttributeAsync($"#tab-{expected}", "aria-selected"));
        }
        Assert.NotEqual("none", await page.Page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"));
        // One stop for all tabs, then the panel.
        await page.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("panel-sentence", await Focused());

        Task<string> Focused() => page.Page.EvaluateAsync<string>("document.activeElement.id");

        async Task<string[]> Shown() => [.. Tabs.Where(tab => page.Page.Locator($"#panel-{tab}").IsVisibleAsync().Result)];
    }

    [Theory]
    [InlineData(360)]
    [InlineData(1600)]
    public async Task Nothing_is_wider_than_the_screen(int width)
    {
        string data = runs[$"wide-{width}.html"];
        WriteAll(data);
        await using OpenPage page = await Browser.Open(data, width);
        foreach (string tab in Tabs)
        {
            await page.Show(tab);
            await page.Page.EvaluateAsync("document.querySelectorAll('details').forEach(one => one.open = true)");
            await page.Page.WaitForTimeoutAsync(200);
            int[] widths = await page.Page.EvaluateAsync<int[]>("[document.documentElement.scrollWidth, innerWidth]");
            Assert.True(widths[0] <= widths[1], $"{tab} at {width} px is {widths[0]} px wide");
            Assert.True(await page.Page.Locator($"#panel-{tab} canvas").CountAsync() > 0, $"{tab} has no chart");
        }
    }

    [Fact]
    public async Task Dark_follows_the_system_and_the_button()
    {
        await using OpenPage page = await Browser.Open(Report(), scheme: ColorScheme.Dark);
        double dark = await Brightness();
        string darkText = await TextColour();
        Assert.InRange(dark, 0, 60);
        await page.Page.ClickAsync("#theme");
        Assert.InRange(await Brightness(), 200, 255);
        Assert.NotEqual(darkText, await TextColour());

        Task<double> Brightness() =>
            page.Page.EvaluateAsync<double>(
                "getComputedStyle(document.body).backgroundColor.match(/\\d+/g)" +
                ".reduce((sum, part) => sum + Number(part) / 3, 0)");

        async Task<string> TextColour() =>
            (await page.Chart("loss")).GetProperty("title")[0].GetProperty("textStyle").GetProperty("color").GetString()!;
    }

    [Fact]
    public async Task Every_chart_saves_as_PNG()
    {
        string file = runs["all.html"];
        WriteAll(file);
        await using OpenPage page = await Browser.Open(file);
        int charts = 0;
        foreach (string tab in Tabs)
        {
            await page.Show(tab);
            await page.Page.WaitForSelectorAsync($"#panel-{tab} canvas");
            foreach (IElementHandle figure in await page.Page.QuerySelectorAllAsync($"#panel-{tab} figure"))
            {
                await figure.WaitForSelectorAsync("canvas");
                IElementHandle button = (await figure.QuerySelectorAsync("button"))!;
                IDownload download = await page.Page.RunAndWaitForDownloadAsync(() => button.ClickAsync());
                byte[] png = await File.ReadAllBytesAsync(await download.PathAsync());
                Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], png[..8]);
                Assert.InRange(BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), 500, 4000);
                Assert.True(png.Length > 5000, $"{download.SuggestedFilename} has {png.Length} bytes: nothing is drawn in it");
                Assert.Matches("^unroll-[a-z_-]+\\.png$", download.SuggestedFilename);
                charts++;
            }
        }
        Assert.Equal(6 + 4 + 7, charts);
    }

    [Fact]
    public async Task Data_in_the_page_are_the_data_that_were_written()
    {
        await using OpenPage page = await Browser.Open(Report());
        JsonElement run = (await page.Evaluate("window.unroll.data")).GetProperty("runs")[0];
        Assert.True(JsonElement.DeepEquals(Runs.Json(runs.First, "evaluation.json"), run.GetProperty("evaluation")));
        using JsonDocument settings = JsonDocument.Parse(Runs.SettingsInPage(runs.First));
        Assert.True(JsonElement.DeepEquals(settings.RootElement, run.GetProperty("settings")));
        Assert.True(JsonElement.DeepEquals(Runs.Json(runs.First, "config.json"), run.GetProperty("config")));
    }

    private string Report() => Path.Combine(runs.First, "report.html");

    // A page with everything: a run, its gradients and a sentence.
    private void WriteAll(string file) => Cli.Runs.PageFile.Write(file, overwrite: true, json =>
    {
        string run = runs.WithGradients(epochs: 3, steps: 40);
        var terminal = new Cli.Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null, false, false);
        json.WriteString("title", new string('w', 90));
        json.WriteStartArray("runs");
        Cli.Runs.RunFiles.Open(run).Write(json, "run");
        json.WriteEndArray();
        json.WriteStartArray("sentences");
        SentencePages.Sentence(
            [.. SentencePages.HostileWords, .. Enumerable.Range(0, 12).Select(i => new string('x', i))],
            ["bad", "good"]).WriteTo(json);
        json.WriteEndArray();
    });
}
