using System.Text.Json;
using Microsoft.Playwright;
using Unroll.Tests;
using Xunit;

namespace Unroll.Web.Tests;

public sealed class SentenceTabTests : IDisposable
{
    private static readonly string[] Words = ["a", "lovely", "lovely", "film"];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task The_path_goes_through_the_states_and_the_boundary_is_where_the_line_says()
    {
        await using OpenPage page = await Open();
        Assert.Equal(
            Enumerable.Range(0, 4).Select(t => new[] { SentencePages.X(t), SentencePages.Y(t) }), await page.Points("path"));
        double[][] line = await page.Points("path", 1);
        Assert.Equal(2, line.Length);
        Assert.All(line, point => Assert.Equal(0, point[0] - 2 * point[1] + 0.05, 1e-9));
        Assert.NotEqual(line[0], line[1]);
        JsonElement chart = await page.Chart("path");
        foreach ((string axis, int k) in (ReadOnlySpan<(string, int)>)[("xAxis", 0), ("yAxis", 1)])
        {
            double low = chart.GetProperty(axis)[0].GetProperty("min").GetDouble(), high = chart.GetProperty(axis)[0]
                .GetProperty("max").GetDouble();
            Assert.All(line, point => Assert.InRange(point[k], low - 1e-9, high + 1e-9));
        }
    }

    [Fact]
    public async Task States_gates_predictions_and_gradients_are_those_of_the_sentence()
    {
        await using OpenPage page = await Open();
        Assert.Equal(Cells((t, unit) => unit == 0 ? SentencePages.X(t) : SentencePages.Y(t)), await page.Points("states-hidden"));
        Assert.Equal(
            Cells((t, unit) => 2 * (unit == 0 ? SentencePages.X(t) : SentencePages.Y(t))), await page.Points("states-cell"));
        Assert.Equal(Cells((t, unit) => unit == 0 ? 0.1 * (t + 1) : 0.5), await page.Points("states-gate-input"));
        Assert.Equal(Cells((_, unit) => unit == 0 ? -0.5 : 0.5), await page.Points("states-gate-cell_candidate"));
        Assert.Equal([[0.2], [0.4], [0.6], [0.8]], await page.Points("prefix", 1));
        Assert.Equal([[1 / 16.0], [1 / 8.0], [1 / 4.0], [1 / 2.0]], await page.Points("sentence-gradient", 0));
    }

    [Fact]
    public async Task Attribution_stands_on_the_words_as_signed_numbers()
    {
        await using OpenPage page = await Open();
        Assert.Equal(
            ["a\u22121.50", "lovely\u22120.50", "lovely+0.50", "film+1.50"],
            await page.Page.Locator("#words-gradient_x_input li").AllTextContentsAsync());
        Assert.Equal(
            ["a0.00", "lovely+0.25", "lovely+0.50", "film+0.75"],
            await page.Page.Locator("#words-leave_one_out li").AllTextContentsAsync());
    }

    [Fact]
    public async Task Hostile_texts_are_shown_as_texts()
    {
        string[] words = SentencePages.HostileWords;
        string file = SentencePages.Write(_folder, words[0], SentencePages.Sentence(words, [words[2], words[0]]));
        await using OpenPage page = await Browser.Open(file);
        Assert.Equal(string.Join(' ', words), await page.Page.Locator("#sentence-text").TextContentAsync());
        Assert.Equal(words, await page.Page.Locator("#words-leave_one_out .token").AllTextContentsAsync());
        Assert.Equal(words[0], await page.Page.Locator("h1").TextContentAsync());
        Assert.Equal(words[0], await page.Page.TitleAsync());
        ILocator prefixes = await page.Table("prefix");
        Assert.Equal(["after", words[2], words[0]], await prefixes.Locator("thead th").AllTextContentsAsync());
        await page.Page.HoverAsync("#chart-prefix canvas");
        await page.Page.HoverAsync("#chart-path canvas");
        Assert.Equal("null", (await page.Evaluate("window.hacked ?? null")).GetRawText());
        Assert.Equal(0, await page.Page.Locator("img").CountAsync());
    }

    [Fact]
    public async Task Several_sentences_are_chosen_from_a_list()
    {
        string file = SentencePages.Write(
            _folder, "two", SentencePages.Sentence(Words, ["bad", "good"]),
            SentencePages.Sentence(["dull", "end"], ["bad", "good"]));
        await using OpenPage page = await Browser.Open(file);
        await page.Page.SelectOptionAsync("select", "dull end");
        Assert.Equal("dull end", await page.Page.Locator("#sentence-text").TextContentAsync());
        Assert.Equal(2, (await page.Points("path")).Length);
    }

    public void Dispose() => _folder.Dispose();

    private Task<OpenPage> Open()
    {
        Browser.Require();
        return Browser.Open(SentencePages.Write(_folder, "a sentence", SentencePages.Sentence(Words, ["bad", "good"])));
    }

    private static IEnumerable<double[]> Cells(Func<int, int, double> value) =>
        Enumerable.Range(0, 2).SelectMany(unit => Enumerable.Range(0, 4).Select(t => (double[])[t, unit, value(t, unit)]));
}
