using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace Unroll.Web.Tests;

/// <summary>
/// A page in the browser. When it is closed, it must have said nothing to the console and asked the network for nothing.
/// </summary>
internal sealed class OpenPage : IAsyncDisposable
{
    private readonly List<string> _complaints = [];

    private OpenPage(IPage page) => Page = page;

    public IPage Page { get; }

    public static async Task<OpenPage> Of(IBrowserContext context, string address)
    {
        var open = new OpenPage(await context.NewPageAsync());
        open.Page.Console += (_, message) => open._complaints.Add($"{message.Type}: {message.Text}");
        open.Page.PageError += (_, error) => open._complaints.Add(error);
        open.Page.Request += (_, request) =>
        {
            if (request.Url.Split('#')[0] != address.Split('#')[0] && !request.Url.StartsWith("data:", StringComparison.Ordinal))
                open._complaints.Add($"request of {request.Url}");
        };
        await open.Page.GotoAsync(address);
        return open;
    }

    /// <summary>Shows a tab.</summary>
    public Task Show(string tab) => Page.ClickAsync($"#tab-{tab}");

    /// <summary>What a chart draws, once it is drawn.</summary>
    public async Task<JsonElement> Chart(string id)
    {
        await Page.WaitForSelectorAsync($"#chart-{id} canvas");
        return await Evaluate($"window.unroll.charts['{id}']()");
    }

    /// <summary>Opens a chart's table of numbers, which is filled a moment after the click.</summary>
    public async Task<ILocator> Table(string chart)
    {
        await Page.ClickAsync($"#chart-{chart} summary");
        ILocator table = Page.Locator($"#chart-{chart} table");
        await table.WaitForAsync();
        return table;
    }

    /// <summary>The points of a series, [x, y] each or single values.</summary>
    public async Task<double[][]> Points(string chart, int series = 0) =>
    [
        .. (await Chart(chart)).GetProperty("series")[series].GetProperty("data").EnumerateArray()
            .Select(point => point.ValueKind == JsonValueKind.Object ? point.GetProperty("value") : point)
            .Select(point => point.ValueKind == JsonValueKind.Array ? Numbers(point) : [point.GetDouble()]),
    ];

    /// <summary>A value of the page, by way of JSON.</summary>
    public async Task<JsonElement> Evaluate(string expression)
    {
        using JsonDocument document = JsonDocument.Parse(
            await Page.EvaluateAsync<string>($"JSON.stringify({expression}) ?? 'null'"));
        return document.RootElement.Clone();
    }

    public static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetDouble())];

    public async ValueTask DisposeAsync()
    {
        await Page.Context.CloseAsync();
        Assert.Empty(_complaints);
    }
}
