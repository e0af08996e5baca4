using Kanban.Bus.Contracts;
using Kanban.Bus.EndToEnd.Browser;
using Microsoft.Playwright;
using static Kanban.Bus.EndToEnd.Dashboard.DashboardPage;

namespace Kanban.Bus.EndToEnd.Dashboard;

[Collection(SingleHostCollection.Name)]
public sealed class AlarmTests(SingleHost host, Chromium chromium)
{
    [BrowserFact]
    public async Task An_alarm_shows_by_itself_says_who_sees_to_it_and_goes_with_its_cause()
    {
        await using var page = await OpenAsync(chromium, host, "/b/main");
        var button = page.Page.Locator("button.alarms");
        await Expect(button).ToHaveCountAsync(0);
        await host.Api.PatchAsync<LaneView>("lanes/shell", new { breakerTasks = 1 });
        var task = await host.Api.AddTaskAsync(new CreateTask("Break it", "shell", Body: "echo 'the model server is gone'; exit 1"));

        await Expect(button).ToHaveAccessibleNameAsync("1 alarm");
        await button.ClickAsync();
        var dialog = page.Page.GetByRole(AriaRole.Dialog, new() { Name = "Alarms" });
        var row = dialog.Locator("[data-alarm='breaker-opened']");
        await Expect(row).ToContainTextAsync("the model server is gone");
        await FitsAsync(page.Page, dialog);
        await page.Page.SetViewportSizeAsync(390, 844);
        await FitsAsync(page.Page, dialog);
        await page.Page.SetViewportSizeAsync(1500, 860);
        await row.GetByRole(AriaRole.Button, new() { Name = "Acknowledge" }).ClickAsync();
        await Expect(row).ToContainTextAsync("browser:settings sees to it");
        await Expect(row.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
        await Expect(button).ToHaveAccessibleNameAsync("1 alarm seen to");
        Assert.Equal("browser:settings", Assert.Single((await host.Api.GetAsync<Page<AlarmView>>("alarms")).Items).AcknowledgedBy);

        await host.Api.PatchAsync<LaneView>("lanes/shell", new { breakerTasks = 5 });
        await host.Api.PostAsync($"tasks/{task.Key}/cancel");
        await host.Api.PostAsync("lanes/shell/reset-breaker");

        await Expect(dialog).ToContainTextAsync("Nothing is wrong any more.");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(button).ToHaveCountAsync(0);
        Assert.Equal(0, page.Reloads);
        Assert.Empty(page.Wrong);
    }

    /// <summary>Nothing of the head or the dialog is cut off to the right.</summary>
    private static async Task FitsAsync(IPage page, ILocator dialog)
    {
        foreach (var part in new[] { page.Locator(".bar"), dialog })
            Assert.Equal(0, await part.EvaluateAsync<int>("e => e.scrollWidth - e.clientWidth"));
    }
}
