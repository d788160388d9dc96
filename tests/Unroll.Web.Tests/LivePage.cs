using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace Unroll.Web.Tests;

/// <summary>
/// The live lab in the browser. When it is closed, it must have said nothing to the console and asked for nothing but its files.
/// </summary>
internal sealed class LivePage : IAsyncDisposable
{
    // Other tests keep the processors busy.
    private static readonly TimeSpan MostPatience = TimeSpan.FromMinutes(2);

    private readonly List<string> _complaints = [];

    private LivePage(IPage page) => Page = page;

    public IPage Page { get; }

    public static async Task<LivePage> Open(
        LiveServer server, int width = 1200, ColorScheme scheme = ColorScheme.Light, string hash = "") =>
        await Open(server.Address, width, scheme, hash);

    public static async Task<LivePage> Open(
        Uri address, int width = 1200, ColorScheme scheme = ColorScheme.Light, string hash = "")
    {
        var live = new LivePage(await (await Browser.Context(width, scheme)).NewPageAsync());
        live.Page.Console += (_, message) => live._complaints.Add($"{message.Type}: {message.Text}");
        live.Page.PageError += (_, error) => live._complaints.Add(error);
        live.Page.Request += (_, request) =>
        {
            bool isOwn = request.Url.StartsWith(address.AbsoluteUri, StringComparison.Ordinal);
            if (!isOwn && !request.Url.StartsWith("data:", StringComparison.Ordinal))
                live._complaints.Add($"request of {request.Url}");
        };
        await live.Page.GotoAsync(address.AbsoluteUri + hash);
        await live.WaitFor("window.unrollLive?.interactive > 0");
        return live;
    }

    /// <summary>A value of the page, by way of JSON.</summary>
    public async Task<JsonElement> Evaluate(string expression)
    {
        using var document = JsonDocument.Parse(await Page.EvaluateAsync<string>($"JSON.stringify({expression}) ?? 'null'"));
        return document.RootElement.Clone();
    }

    /// <summary>What the engine said last.</summary>
    public Task<JsonElement> View() => Evaluate("unrollLive.lab.view");

    /// <summary>Waits until all that was asked for has been answered and drawn.</summary>
    public Task Settle() => Page.EvaluateAsync("(async () => { await unrollLive.lab.pending; await unrollLive.lab.pending; })()");

    /// <summary>Runs to an epoch.</summary>
    public async Task RunTo(int epoch)
    {
        await Page.FillAsync("#until", epoch.ToString(CultureInfo.InvariantCulture));
        await Page.SelectOptionAsync("#speed", "3");
        await Page.ClickAsync("#run");
        await WaitFor($"unrollLive.lab.view.epoch >= {epoch} && !unrollLive.lab.isRunning");
        await Settle();
    }

    // Playwright's own waiting compiles texts in the page, which its policy forbids.
    /// <summary>Waits until a condition in the page is true.</summary>
    public async Task WaitFor(string condition)
    {
        var patience = Stopwatch.StartNew();
        while (!await Page.EvaluateAsync<bool>($"Boolean({condition})"))
        {
            Assert.True(patience.Elapsed < MostPatience, $"waited in vain for {condition}");
            await Task.Delay(50);
        }
    }

    /// <summary>Moves the slider of epochs.</summary>
    public async Task Scrub(int moment)
    {
        await Page.FillAsync("#scrub", moment.ToString(CultureInfo.InvariantCulture));
        await WaitFor($"unrollLive.lab.view.at === {moment}");
        await Settle();
    }

    /// <summary>All parameters, tensor after tensor.</summary>
    public static float[] Parameters(JsonElement view) =>
    [
        .. view.GetProperty("parameters").EnumerateArray()
            .SelectMany(parameter => parameter.GetProperty("values").EnumerateArray()).Select(value => value.GetSingle()),
    ];

    public Task<string> Text(string selector) => Page.InnerTextAsync(selector);

    public async ValueTask DisposeAsync()
    {
        await Page.Context.CloseAsync();
        Assert.Empty(_complaints);
    }
}
