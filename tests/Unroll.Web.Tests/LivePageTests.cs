using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using Unroll.Cli.Tests;
using Unroll.Live;
using Unroll.Models;
using Unroll.Tests;
using Xunit;

namespace Unroll.Web.Tests;

/// <summary>The tests that share <see cref="LiveServer"/>.</summary>
[CollectionDefinition(nameof(LivePages))]
public sealed class LivePages : ICollectionFixture<LiveServer>;

/// <summary>The live lab computes what the command and the library compute, and a link gives it back.</summary>
[Collection(nameof(LivePages))]
public class LivePageTests(LiveServer server)
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
        double dragTime = (await page.Evaluate("unrollLive.lab.dragTime")).GetDouble();
        TestContext.Current.TestOutputHelper?.WriteLine($"a drag is drawn after {dragTime:F0} ms");
        Assert.InRange(dragTime, 0, MostDrag);
        string shown = await chip.TextContentAsync() ?? "";
        Assert.Equal(
            drag[3].GetSingle().ToString("+0.00;-0.00", CultureInfo.InvariantCulture), shown.Replace('\u2212', '-'));
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

    [Theory]
    [InlineData("--cell", "gru", "--hidden", "8")]
    [InlineData("--cell", "slstm", "--hidden", "8", "--pooling", "attention")]
    [InlineData("--cell", "transformer")]
    public async Task A_model_in_the_page_answers_after_each_word_as_the_library_does(params string[] settings)
    {
        using var folder = new TemporaryFolder();
        string rows = folder.Write("rows.tsv", "label\ttext\n" + string.Concat(
            Enumerable.Range(0, 60).Select(i => $"good\ta lovely film {i % 7}\nbad\ta dull film {i % 5}\n")));
        string[] sizes = ["--embedding", "16", "--epochs", "2", "--threads", "1"];
        CommandRun train = CommandRun.Of(["train", rows, "--out", folder["model.zip"], .. sizes, .. settings]);
        Assert.True(train.ExitCode == 0, train.Error);
        using var playing = new PlayServer(
            PlayFiles.Of(LiveServer.Folder).WithModel(File.ReadAllBytes(folder["model.zip"])), port: 0);
        using var end = new CancellationTokenSource();
        Task running = playing.Run(end.Token);
        await using (LivePage page = await LivePage.Open(playing.Address))
        {
            await page.WaitFor("!document.querySelector('#model-text').disabled");
            await page.Page.FillAsync("#model-text", "a lovely unheard-of film");
            await page.WaitFor("document.querySelectorAll('#model-words li').length === 4");
            SentenceClassifier model = SentenceClassifier.Load(folder["model.zip"]);
            string[] prefixes = ["a", "a lovely", "a lovely unheard-of", "a lovely unheard-of film"];
            string[] expected =
            [
                .. model.Predict(prefixes).Select(each =>
                    string.Create(CultureInfo.InvariantCulture, $"{each.Label} {Math.Round(100 * each.Probability):F0} %")),
            ];
            JsonElement shown = await page.Evaluate(
                "[...document.querySelectorAll('#model-words li .amount')].map(each => each.textContent)");
            Assert.Equal(expected, shown.EnumerateArray().Select(each => each.GetString()));
            Assert.Contains(
                "The model does not know the words in dotted frames", await page.Text("#model-answer"), StringComparison.Ordinal);
            await page.Page.FillAsync("#model-text", "");
            await page.WaitFor("document.querySelectorAll('#model-words li').length === 0");
        }
        end.Cancel();
        await running;
    }

    [Fact]
    public async Task It_is_small_and_ready_soon()
    {
        long bytes = Directory.EnumerateFiles(LiveServer.Folder, "*.br", SearchOption.AllDirectories)
            .Sum(file => new FileInfo(file).Length);
        Assert.InRange(bytes, 1, MostBytes);
        await using LivePage page = await LivePage.Open(server);
        double start = (await page.Evaluate("unrollLive.interactive")).GetDouble();
        TestContext.Current.TestOutputHelper?.WriteLine($"interactive after {start:F0} ms");
        Assert.InRange(start, 1, MostStart);
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
