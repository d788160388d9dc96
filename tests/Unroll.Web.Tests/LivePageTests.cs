using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using Unroll.Cli.Tests;
using Unroll.Live;
using Xunit;

namespace Unroll.Web.Tests;

public class LivePageTests(LiveServer server) : IClassFixture<LiveServer>
{
    // Ten times what is promised: other tests keep the processors busy.
    private const double MostStart = 30_000;
    private const double MostDrag = 500;
    private const long MostBytes = 2_500_000;

    [Fact]
    public async Task The_lab_has_the_losses_and_the_bits_of_the_command()
    {
        CommandRun command = CommandRun.Of("lab", "--json");
        using var lab = JsonDocument.Parse(command.Output);
        await using LivePage page = await LivePage.Open(server);
        await page.RunTo(300);
        JsonElement losses = await page.Evaluate("unrollLive.lab.losses");
        string[] printed = [.. Enumerable.Range(1, 6).Select(i => Print(losses[50 * i - 1]))];
        Assert.Equal(["0.0848", "0.0451", "0.0309", "0.0236", "0.0191", "0.0160"], printed);
        Assert.Equal(
            lab.RootElement.GetProperty("loss_history").EnumerateArray().Select(Print), losses.EnumerateArray().Select(Print));
        Assert.StartsWith("Epoch 300: 0.0160", await page.Text("#loss-line"), StringComparison.Ordinal);
        JsonElement final = lab.RootElement.GetProperty("final");
        foreach (JsonElement parameter in (await page.View()).GetProperty("parameters").EnumerateArray())
        {
            JsonElement expected = final.GetProperty(parameter.GetProperty("symbol").GetString()!);
            Assert.Equal(
                expected.EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(value => value.GetSingle()),
                parameter.GetProperty("values").EnumerateArray().Select(value => value.GetSingle()));
        }
        Assert.Equal("unroll lab", await page.Text("#command"));

        static string Print(JsonElement loss) => loss.GetDouble().ToString("F4", CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_dragged_weight_changes_the_numbers_as_the_library_says()
    {
        await using LivePage page = await LivePage.Open(server);
        await page.RunTo(50);
        string before = await page.Text("#answer");
        ILocator chip = page.Page.Locator("[data-weight='rnn.weight_ih_l0.3']");
        LocatorBoundingBoxResult box = (await chip.BoundingBoxAsync())!;
        await page.Page.Mouse.MoveAsync(box.X + box.Width / 2, box.Y + box.Height / 2);
        await page.Page.Mouse.DownAsync();
        for (int i = 1; i <= 15; i++)
            await page.Page.Mouse.MoveAsync(box.X + box.Width / 2, box.Y + box.Height / 2 - 10 * i);
        await page.Page.Mouse.UpAsync();
        await page.Settle();
        JsonElement view = await page.View();
        Assert.Equal(2, view.GetProperty("journal").GetArrayLength());
        JsonElement drag = view.GetProperty("journal")[1];
        Assert.Equal("set", drag[0].GetString());
        Assert.NotEqual(before, await page.Text("#answer"));

        JsonElement library = Library(view);
        Assert.Equal(LivePage.Parameters(library), LivePage.Parameters(view));
        Assert.Equal(drag[3].GetSingle(), LivePage.Parameters(view)[Place(view, "rnn.weight_ih_l0") + 3]);
        for (int sentence = 0; sentence < 2; sentence++)
            AssertClose(library, view, sentence);
        Assert.InRange((await page.Evaluate("unrollLive.lab.dragTime")).GetDouble(), 0, MostDrag);
        string shown = await chip.TextContentAsync() ?? "";
        Assert.Equal(
            drag[3].GetSingle().ToString("+0.00;-0.00", CultureInfo.InvariantCulture), shown.Replace('\u2212', '-'));
    }

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
    public async Task Scrubbing_restores_every_bit()
    {
        await using LivePage page = await LivePage.Open(server);
        await page.RunTo(40);
        float[] last = LivePage.Parameters(await page.View());
        await page.Scrub(7);
        JsonElement view = await page.View();
        Assert.Equal(7, view.GetProperty("epoch").GetInt32());
        Assert.Equal(LivePage.Parameters(Library(view)), LivePage.Parameters(view));
        Assert.Equal("Epoch 7 of 40", await page.Text("#where"));
        await page.Scrub(40);
        Assert.Equal(last, LivePage.Parameters(await page.View()));
    }

    [Fact]
    public async Task A_link_restores_the_whole_state()
    {
        string hash;
        JsonElement before;
        await using (LivePage page = await LivePage.Open(server))
        {
            await page.Page.SelectOptionAsync("#task", "negation");
            await page.Settle();
            await page.Page.SelectOptionAsync("#cell", "lstm");
            await page.Settle();
            await page.Page.SelectOptionAsync("#rival", "gru");
            await page.Settle();
            await page.RunTo(6);
            await page.Page.SelectOptionAsync("#pin-forget", "open");
            await page.Settle();
            await page.Page.FillAsync("#typed", "The film is not good");
            await page.Settle();
            await page.Page.ClickAsync("[data-word='film']");
            await page.Settle();
            await page.Page.ClickAsync("#step-update");
            await page.Settle();
            before = await page.View();
            await page.Page.WaitForTimeoutAsync(500);
            hash = await page.Page.EvaluateAsync<string>("location.hash");
        }
        await using LivePage other = await LivePage.Open(server, hash: hash);
        JsonElement after = await other.View();
        foreach (string key in new[] { "settings", "journal", "epoch", "update", "nextSample", "words", "gates" })
            Assert.True(JsonElement.DeepEquals(before.GetProperty(key), after.GetProperty(key)), key);
        Assert.Equal(LivePage.Parameters(before), LivePage.Parameters(after));
        Assert.Equal("gru", after.GetProperty("rival").GetProperty("cell").GetString());
        Assert.Equal("The film is not good", await other.Page.InputValueAsync("#typed"));
        Assert.True((await other.Evaluate("unrollLive.lab.losses")).GetArrayLength() >= 6);
    }

    [Fact]
    public async Task A_link_that_cannot_be_read_says_so()
    {
        string state = Convert.ToBase64String("""{"settings":{"cell":"tree"},"journal":[]}"""u8);
        await using LivePage page = await LivePage.Open(server, hash: "#" + state.TrimEnd('='));
        string problem = await page.Text("#problem");
        Assert.StartsWith("The link cannot be restored: cell is tree, expected one of rnn,", problem, StringComparison.Ordinal);
        Assert.Equal("rnn", await page.Page.InputValueAsync("#cell"));
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

    [Fact]
    public async Task It_is_small_and_ready_soon()
    {
        long bytes = Directory.EnumerateFiles(LiveServer.Folder, "*.br", SearchOption.AllDirectories)
            .Sum(file => new FileInfo(file).Length);
        Assert.InRange(bytes, 1, MostBytes);
        await using LivePage page = await LivePage.Open(server);
        Assert.InRange((await page.Evaluate("unrollLive.interactive")).GetDouble(), 1, MostStart);
        long loaded = (await page.Evaluate(
            "performance.getEntriesByType('resource').reduce((sum, entry) => sum + entry.encodedBodySize, 0)")).GetInt64();
        Assert.InRange(loaded, 1, MostBytes);
    }

    // The same state, made by the library outside the browser.
    private static JsonElement Library(JsonElement view)
    {
        string watch = JsonSerializer.Serialize(
            view.GetProperty("sentences").EnumerateArray().Select(sentence => sentence.GetProperty("text").GetString()));
        string request = $$"""
            {"do": "start", "settings": {{view.GetProperty("settings").GetRawText()}},
             "journal": {{view.GetProperty("journal").GetRawText()}}, "watch": {{watch}}}
            """;
        using var document = JsonDocument.Parse(new LiveLab().Call(request));
        return document.RootElement.Clone();
    }

    private static int Place(JsonElement view, string name) => view.GetProperty("parameters").EnumerateArray()
        .TakeWhile(parameter => parameter.GetProperty("name").GetString() != name)
        .Sum(parameter => parameter.GetProperty("values").GetArrayLength());

    // exp of double precision may differ in the last digit between here and there.
    private static void AssertClose(JsonElement expected, JsonElement actual, int sentence)
    {
        double[] x = Numbers(expected), y = Numbers(actual);
        Assert.Equal(x.Length, y.Length);
        for (int i = 0; i < x.Length; i++)
            Assert.Equal(x[i], y[i], 1e-9);

        double[] Numbers(JsonElement view) =>
        [
            .. view.GetProperty("sentences")[sentence].GetProperty("probabilities").EnumerateArray()
                .SelectMany(row => row.EnumerateArray()).Select(value => value.GetDouble()),
        ];
    }
}
