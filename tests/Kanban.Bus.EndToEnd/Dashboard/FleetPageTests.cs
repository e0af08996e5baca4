using Kanban.Bus.Contracts;
using Kanban.Bus.EndToEnd.Browser;
using static Kanban.Bus.EndToEnd.Dashboard.DashboardPage;

namespace Kanban.Bus.EndToEnd.Dashboard;

[Collection(SingleHostCollection.Name)]
public sealed class FleetPageTests(SingleHost host, Chromium chromium)
{
    [BrowserFact]
    public async Task The_fleet_shows_worker_host_run_and_a_log_line_while_it_runs()
    {
        await using var page = await OpenAsync(chromium, host, "/fleet");
        var worker = (await host.Api.WorkersAsync()).Single(w => w.State == WorkerState.Live);
        var gate = Path.Combine(Path.GetTempPath(), "kanban-gate-" + Guid.CreateVersion7().ToString("N"));
        var row = page.Page.Locator($"[data-worker='{worker.Id}']");

        await Expect(row).ToContainTextAsync(worker.Host);
        await Expect(row).ToContainTextAsync("live");
        var task = await host.Api.AddTaskAsync(new CreateTask("Write as it goes", "shell", Body: $"echo first line; while [ ! -e {gate} ]; do sleep 0.1; done; echo last line; rm {gate}"));

        await Expect(row).ToContainTextAsync(task.Key);
        await Expect(row).ToContainTextAsync("Write as it goes");
        await Expect(row).ToContainTextAsync("run 1");
        await Expect(row).ToContainTextAsync("1/2");
        await Expect(page.Page.Locator(".line", new() { HasText = "first line" })).ToBeVisibleAsync();
        Assert.Equal(Status.Running, (await host.Api.TaskAsync(task.Key)).Task.Status);

        await File.WriteAllTextAsync(gate, "");
        await Expect(page.Page.Locator(".line", new() { HasText = "last line" })).ToBeVisibleAsync();
        await Expect(row).Not.ToContainTextAsync(task.Key);
        await Expect(row).ToContainTextAsync("0/2");
        Assert.Equal(0, page.Reloads);
        Assert.Empty(page.Wrong);
    }
}
