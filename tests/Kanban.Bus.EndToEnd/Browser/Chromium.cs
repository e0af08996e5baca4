using Kanban.Bus.IntegrationTests.Servers;
using Microsoft.Playwright;

namespace Kanban.Bus.EndToEnd.Browser;

/// <summary>The machine's own Chromium, headless: nothing is downloaded. Use it as a class fixture, one page per test.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Its program; null where it is not installed.</summary>
    public static string? Program { get; } =
        Programs.OnPath("chromium") ?? Programs.OnPath("chromium-browser") ?? Programs.OnPath("google-chrome");

    /// <summary>What to install, as one sentence; null when nothing is missing.</summary>
    public static string? Missing { get; } = Program is null ? "Chromium is not installed: apt-get install chromium." : null;

    /// <summary>A page of its own session: no cookie or storage of another test.</summary>
    public async Task<IPage> NewPageAsync(BrowserNewPageOptions? options = null) =>
        await (_browser ?? throw new InvalidOperationException(Missing)).NewPageAsync(options);

    public async Task InitializeAsync()
    {
        if (Program is null)
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Program,
            Headless = true,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
