using Microsoft.Playwright;
using Xunit;

namespace Unroll.Web.Tests;

/// <summary>Chromium as it is installed, without a window: one process for all tests.</summary>
internal static class Browser
{
    private const string Program = "/usr/bin/chromium";

    private static readonly Lazy<Task<IBrowser>> Started = new(Start);

    /// <summary>Skips the test where the page or the browser is not.</summary>
    public static void Require()
    {
        RequirePage();
        RequireProgram();
    }

    /// <summary>Skips the test where the page is not, which is built with Node.</summary>
    public static void RequirePage() => Assert.SkipUnless(ReportPage.IsBuilt, "needs the page: " + ReportPage.HowToBuild);

    /// <summary>Opens a file.</summary>
    public static async Task<OpenPage> Open(
        string file, int width = 1000, ColorScheme scheme = ColorScheme.Light, string tab = "")
    {
        RequirePage();
        return await OpenPage.Of(await Context(width, scheme), new Uri(file).AbsoluteUri + tab);
    }

    /// <summary>A window; skips the test where the browser is not.</summary>
    public static async Task<IBrowserContext> Context(int width, ColorScheme scheme)
    {
        RequireProgram();
        IBrowser browser = await Started.Value;
        IBrowserContext context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 800 },
            ColorScheme = scheme,
            AcceptDownloads = true,
        });
        // Thirty seconds are not enough where other tests keep the processors busy.
        context.SetDefaultTimeout(120_000);
        return context;
    }

    private static void RequireProgram() =>
        Assert.SkipUnless(File.Exists(Program), "needs Chromium: install the package chromium (test.sh does where apt-get may)");

    private static async Task<IBrowser> Start()
    {
        IPlaywright playwright = await Playwright.CreateAsync();
        return await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Program,
            Args =
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
    }
}
