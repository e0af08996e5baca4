using Kanban.Bus.Contracts;
using Kanban.Bus.EndToEnd.Browser;
using static Kanban.Bus.EndToEnd.Dashboard.DashboardPage;

namespace Kanban.Bus.EndToEnd.Dashboard;

[Collection(SingleHostCollection.Name)]
public sealed class BoardPageTests(SingleHost host, Chromium chromium)
{
    [BrowserFact]
    public async Task A_task_appears_runs_and_turns_done_without_a_reload()
    {
        await using var page = await OpenAsync(chromium, host, "/b/main");
        var gate = Path.Combine(Path.GetTempPath(), "kanban-gate-" + Guid.CreateVersion7().ToString("N"));

        // The task runs until the test lets it go, so that no state passes unseen.
        var task = await host.Api.AddTaskAsync(new CreateTask("Count the sheep", "shell", Body: $"while [ ! -e {gate} ]; do sleep 0.1; done\nrm {gate}"));
        await Expect(page.CardIn("running", task.Key)).ToContainTextAsync("Count the sheep");
        await Expect(page.CardIn("running", task.Key)).ToContainTextAsync("since the last heartbeat");
        await File.WriteAllTextAsync(gate, "");
        await Expect(page.CardIn("done", task.Key)).ToBeVisibleAsync();

        Assert.Equal(0, page.Reloads);
        Assert.Empty(page.Wrong);
    }

    [BrowserFact]
    public async Task A_task_made_by_keyboard_is_on_the_board_as_plain_text()
    {
        await using var page = await OpenAsync(chromium, host, "/b/main");
        const string title = "<img src=x onerror=alert(1)> & 'quotes'";

        await page.Page.Keyboard.PressAsync("c");
        await Expect(page.Page.Locator("dialog [name=title]")).ToBeFocusedAsync();
        await page.Page.Keyboard.TypeAsync(title);
        await page.Page.Locator("dialog [name=lane]").SelectOptionAsync("shell");
        await page.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Create task" }).ClickAsync();

        var card = page.Page.Locator("[data-task]", new() { HasText = title });
        await Expect(card).ToBeVisibleAsync();
        Assert.Equal(0, await card.Locator("img").CountAsync());
        Assert.Empty(page.Wrong);
    }

    [BrowserFact]
    public async Task The_drawer_shows_the_log_and_blocking_asks_for_a_reason()
    {
        await using var page = await OpenAsync(chromium, host, "/b/main");
        var done = await host.Api.AddTaskAsync(new CreateTask("Say hello", "shell", Body: "echo hello from the drawer; echo oops >&2"));
        await Expect(page.CardIn("done", done.Key)).ToBeVisibleAsync();

        await page.CardIn("done", done.Key).ClickAsync();
        await page.Page.GetByRole(Microsoft.Playwright.AriaRole.Tab, new() { Name = "Runs and log" }).ClickAsync();
        await Expect(page.Page.Locator(".line", new() { HasText = "hello from the drawer" })).ToBeVisibleAsync();
        await Expect(page.Page.Locator(".line.stderr")).ToHaveTextAsync("oops");
        Assert.EndsWith($"/tasks/{done.Key}?tab=log", page.Page.Url, StringComparison.Ordinal);
        await page.Page.Locator(".drawer-title").ClickAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Page.Locator("[data-drawer]")).ToHaveCountAsync(0);

        var waits = await host.Api.AddTaskAsync(new CreateTask("Wait for Anna", "shell", Status: Status.Triage));
        await page.CardIn("triage", waits.Key).ClickAsync();
        await page.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Block…" }).ClickAsync();
        await page.Page.Keyboard.TypeAsync("needs a password");
        await page.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Block", Exact = true }).ClickAsync();
        await Expect(page.CardIn("blocked", waits.Key)).ToContainTextAsync("needs a password");
        Assert.Equal("needs a password", (await host.Api.TaskAsync(waits.Key)).Task.Reason);
    }

    [BrowserFact]
    public async Task A_wrong_key_is_refused_with_a_sentence()
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync(host.Url + "/");
        await page.GetByLabel("Admin key").FillAsync("kbk_wrong");
        await page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await Expect(page.GetByRole(Microsoft.Playwright.AriaRole.Alert)).Not.ToBeEmptyAsync();
        await Expect(page.GetByLabel("Admin key")).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task After_a_crash_of_the_board_the_page_catches_up_by_itself()
    {
        await using var page = await OpenAsync(chromium, host, "/b/main");

        await host.Kill9Async();
        await Expect(page.Page.Locator("[data-live=offline]")).ToBeVisibleAsync();
        await host.StartAsync();
        var task = await host.Api.AddTaskAsync(new CreateTask("Made while the page was away", "shell", Body: "true"));

        await Expect(page.Page.Locator("[data-live=live]")).ToBeVisibleAsync();
        // An offer made before the worker listened again is published a second time after 20 s.
        await Expect(page.CardIn("done", task.Key)).ToBeVisibleAsync(new() { Timeout = 45_000 });
        Assert.Equal(0, page.Reloads);
    }
}
