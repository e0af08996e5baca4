using Kanban.Bus.EndToEnd.Browser;
using Microsoft.Playwright;

namespace Kanban.Bus.EndToEnd.Dashboard;

/// <summary>A signed-in page of the dashboard that notices when it is loaded a second time or says something is wrong.</summary>
public sealed class DashboardPage : IAsyncDisposable
{
    private readonly List<string> _wrong = [];
    private int _loads;

    private DashboardPage(IPage page) => Page = page;

    public IPage Page { get; }

    /// <summary>Full loads of the document since <see cref="OpenAsync"/> returned: live updates need none.</summary>
    public int Reloads { get; private set; }

    /// <summary>Errors of scripts and breaches of the content security policy.</summary>
    public IReadOnlyList<string> Wrong => _wrong;

    /// <summary>Signs in with the admin key as a person does, and goes to <paramref name="path"/>.</summary>
    public static async Task<DashboardPage> OpenAsync(Chromium chromium, SingleHost host, string path)
    {
        var opened = new DashboardPage(await chromium.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new() { Width = 1500, Height = 860 } }));
        var page = opened.Page;
        page.PageError += (_, error) => opened._wrong.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.OrdinalIgnoreCase))
                opened._wrong.Add(message.Text);
        };
        page.Load += (_, _) => opened.Reloads = opened._loads++;

        await page.GotoAsync(host.Url + path);
        await page.GetByLabel("Admin key").FillAsync(host.AdminKey);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.Locator("[data-live=live]")).ToBeVisibleAsync();
        return opened;
    }

    /// <summary>The task's card, if it stands in that column.</summary>
    public ILocator CardIn(string column, string key) => Page.Locator($"[data-column='{column}'] [data-task='{key}']");

    /// <summary>Waits for what the page should show; a minute, since a run has to start and end on two busy cores.</summary>
    public static ILocatorAssertions Expect(ILocator what)
    {
        Assertions.SetDefaultExpectTimeout(60_000);
        return Assertions.Expect(what);
    }

    public async ValueTask DisposeAsync() => await Page.CloseAsync();
}
