using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace Unroll.Web.Tests;

/// <summary>What a visitor of the live lab types, clicks and drags.</summary>
[Collection(nameof(LivePages))]
public class LiveControlsTests(LiveServer server)
{
    [Fact]
    public async Task Weights_and_eigenvalues_move_by_keyboard()
    {
        await using LivePage page = await LivePage.Open(server);
        await page.Page.FocusAsync("[data-weight='output.bias.1']");
        float before = LivePage.Parameters(await page.View())[^1];
        await page.Page.Keyboard.PressAsync("ArrowUp");
        await page.Settle();
        await page.Page.Keyboard.PressAsync("PageUp");
        await page.Settle();
        Assert.Equal(before + 1.1f, LivePage.Parameters(await page.View())[^1], 1e-4f);
        await page.Page.FocusAsync("[data-eigenvalue='0']");
        for (int i = 0; i < 2; i++)
        {
            await page.Page.Keyboard.PressAsync("PageUp");
            await page.Settle();
        }
        Assert.EndsWith("beyond 1.", await page.Text("#eigen-line"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_controls_are_reached_by_the_tab_key()
    {
        await using LivePage page = await LivePage.Open(server);
        await page.Page.FocusAsync("#theme");
        var reached = new HashSet<string>();
        for (int i = 0; i < 90; i++)
        {
            await page.Page.Keyboard.PressAsync("Tab");
            reached.Add(await page.Page.EvaluateAsync<string>(
                "(({ id, dataset }) => id || dataset.weight || dataset.eigenvalue || '')(document.activeElement)"));
        }
        Assert.Superset(
            new HashSet<string>
            {
                "task", "cell", "hidden", "rate", "seed", "run", "step-update", "step-word", "scrub", "typed", "clips",
                "rnn.weight_hh_l0.0", "output.bias.1", "0", "copy-link", "copy-command",
            },
            reached);
        await page.Page.FocusAsync("#step-update");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Settle();
        Assert.Equal(1, (await page.View()).GetProperty("update").GetInt32());
    }

    [Fact]
    public async Task Words_are_stepped_and_typed_and_unknown_ones_say_so()
    {
        await using LivePage page = await LivePage.Open(server);
        for (int word = 1; word <= 4; word++)
        {
            await page.Page.ClickAsync("#step-word");
            await page.Settle();
            Assert.Equal(1, await page.Page.Locator("#reading").CountAsync());
            Assert.Equal(1, await page.Page.Locator($"#read li:nth-child({word}).now").CountAsync());
        }
        await page.Page.ClickAsync("#step-word");
        await page.Settle();
        Assert.Equal(1, (await page.View()).GetProperty("update").GetInt32());

        await page.Page.FillAsync("#typed", "The films is good");
        await page.Settle();
        Assert.Contains("The vocabulary does not have “films”.", await page.Text("#unknown"), StringComparison.Ordinal);
        await page.Page.ClickAsync("[data-word='films']");
        await page.Settle();
        Assert.Equal("", await page.Text("#unknown"));
        Assert.Matches(@"^bad \d+\.\d %, good \d+\.\d %", await page.Text("#answer"));
        await page.Page.SelectOptionAsync("#sample-label", "good");
        await page.Page.ClickAsync("#add-sample");
        await page.Settle();
        Assert.Equal(3, (await page.View()).GetProperty("samples").GetArrayLength());
    }

    [Fact]
    public async Task A_gate_is_held_open_and_two_cells_race()
    {
        await using LivePage page = await LivePage.Open(server);
        await page.Page.SelectOptionAsync("#cell", "lstm");
        await page.Settle();
        await page.Page.SelectOptionAsync("#rival", "gru");
        await page.Settle();
        await page.RunTo(12);
        string result = await page.Text("#race-result");
        Assert.Matches(@"^After 12 epochs: lstm \d\.\d{4}, gru \d\.\d{4}; (lstm|gru) is ahead\.$", result);
        Assert.Equal(2, await page.Page.Locator("#curve polyline").CountAsync());
        await page.Page.SelectOptionAsync("#pin-forget", "shut");
        await page.Settle();
        JsonElement gates = (await page.View()).GetProperty("sentences")[0].GetProperty("gates");
        JsonElement forget = gates.EnumerateArray().Single(gate => gate.GetProperty("name").GetString() == "forget");
        Assert.All(
            forget.GetProperty("values").EnumerateArray().SelectMany(row => row.EnumerateArray()),
            value => Assert.Equal(0, value.GetDouble(), 1e-6));
        Assert.True(await page.Page.Locator("[data-gate^='forget.']").CountAsync() == 8);
    }

    [Fact]
    public async Task Own_rows_are_trained()
    {
        await using LivePage page = await LivePage.Open(server);
        await page.Page.SelectOptionAsync("#task", "own");
        await page.Page.FillAsync("#rows", "ja\tla la\nnein lu la");
        await page.Page.ClickAsync("#use-rows");
        await page.Settle();
        Assert.StartsWith("own rows:2: no tab in", await page.Text("#problem"), StringComparison.Ordinal);
        await page.Page.FillAsync("#rows", "ja\tla la\nnein\tlu la");
        await page.Page.ClickAsync("#use-rows");
        await page.Settle();
        await page.RunTo(60);
        Assert.Equal("2 of 2 trained sentences are right.", await page.Text("#right"));
        Assert.Contains("--cell gru", await page.Text("#command"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Questions_are_revealed_after_a_guess_alone()
    {
        await using LivePage page = await LivePage.Open(server);
        await page.RunTo(100);
        Assert.True(await page.Page.IsDisabledAsync("#reveal-hold"));
        await page.Page.CheckAsync("input[name='hold'][value='2']");
        await page.Page.ClickAsync("#reveal-hold");
        Assert.StartsWith("They are 0 apart", await page.Text("#answer-hold"), StringComparison.Ordinal);
        await page.Page.CheckAsync("input[name='hard'][value='0']");
        await page.Page.ClickAsync("#reveal-hard");
        Assert.Contains("multiplies it by about", await page.Text("#answer-hard"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(360, ColorScheme.Light)]
    [InlineData(800, ColorScheme.Dark)]
    [InlineData(1600, ColorScheme.Light)]
    public async Task Nothing_is_wider_than_the_screen(int width, ColorScheme scheme)
    {
        await using LivePage page = await LivePage.Open(server, width, scheme);
        foreach (string cell in new[] { "rnn", "lstm" })
        {
            await page.Page.SelectOptionAsync("#cell", cell);
            await page.Settle();
            await page.Page.EvaluateAsync("document.querySelectorAll('details').forEach(one => one.open = true)");
            await page.Page.FillAsync("#typed", "The movie is is is is is is is is is is is is is is bad");
            await page.Settle();
            int[] widths = await page.Page.EvaluateAsync<int[]>("[document.documentElement.scrollWidth, innerWidth]");
            Assert.True(widths[0] <= widths[1], $"{cell} at {width} px is {widths[0]} px wide");
        }
        double brightness = await page.Page.EvaluateAsync<double>(
            "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).reduce((sum, part) => sum + Number(part) / 3, 0)");
        Assert.True(scheme == ColorScheme.Dark ? brightness < 60 : brightness > 200);
    }
}
