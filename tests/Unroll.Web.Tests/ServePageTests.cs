using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Unroll.Server;
using Xunit;

namespace Unroll.Web.Tests;

/// <summary>The page of <c>unroll serve</c>: what is written is read by every model, word by word.</summary>
public class ServePageTests(Runs runs) : IClassFixture<Runs>
{
    private const string Key = "the-key";

    [Theory]
    [InlineData(360, ColorScheme.Dark)]
    [InlineData(1000, ColorScheme.Light)]
    public async Task What_is_written_is_answered_word_by_word(int width, ColorScheme scheme)
    {
        var options = new ServerOptions
        {
            Models = [new ModelSource("first", runs.First), new ModelSource("second", runs.Second)],
            Urls = ["http://127.0.0.1:0"],
            ApiKeys = [Key],
        };
        await using WebApplication app = UnrollServer.Create(options, builder => builder.Logging.ClearProviders());
        await app.StartAsync(TestContext.Current.CancellationToken);
        string address = app.Urls.First() + "/";
        await using IBrowserContext context = await Browser.Context(width, scheme);
        IPage page = await context.NewPageAsync();
        var wrong = new List<string>();
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(address, StringComparison.Ordinal)
                && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                wrong.Add(request.Url);
            }
        };
        page.PageError += (_, error) => wrong.Add(error);
        await page.GotoAsync(address);
        await page.FillAsync("#key", Key);
        await page.Keyboard.PressAsync("Tab");
        await page.FillAsync("#text", "a truly lovely film");
        ILocator card = page.Locator("article").Nth(1);
        await card.Locator(".answer").WaitForAsync();
        Assert.Equal("second", await card.Locator("h2").TextContentAsync());
        Assert.Equal(["a", "truly", "lovely", "film"], await card.Locator("tbody td:first-child").AllTextContentsAsync());
        await card.Locator("[role=tab]").First.FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        Assert.Equal("state", await page.EvaluateAsync<string>("document.activeElement.textContent"));
        Assert.Equal(4, await card.Locator("svg.heat text").CountAsync());
        Assert.Equal(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.Empty(wrong);
    }
}
