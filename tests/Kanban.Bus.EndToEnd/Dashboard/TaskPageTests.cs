using Kanban.Bus.Contracts;
using Kanban.Bus.EndToEnd.Browser;
using Microsoft.Playwright;
using static Kanban.Bus.EndToEnd.Dashboard.DashboardPage;

namespace Kanban.Bus.EndToEnd.Dashboard;

[Collection(SingleHostCollection.Name)]
public sealed class TaskPageTests(SingleHost host, Chromium chromium)
{
    [BrowserFact]
    public async Task A_question_is_answered_on_the_page_and_what_the_next_run_leaves_is_downloaded_there()
    {
        await using var page = await OpenAsync(chromium, host, "/b/main");
        var task = await host.Api.AddTaskAsync(new CreateTask("Paint the shed", "shell",
            Body: """grep -q 'Blu[e], please' "$KANBAN_BRIEF_FILE" || { kanban ask 'Which colour?'; exit; }; printf 'It is <b>blue</b>\n' >report.txt""", Artifacts: ["*.txt"]));

        await page.CardIn("blocked", task.Key).ClickAsync();
        await Expect(page.Page.GetByText("Which colour?").First).ToBeVisibleAsync();
        await page.Page.GetByRole(AriaRole.Textbox, new() { Name = "Answer" }).FillAsync("Blue, please");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Answer", Exact = true }).ClickAsync();

        var file = page.Page.GetByRole(AriaRole.Region, new() { Name = "Files" }).GetByRole(AriaRole.Link, new() { Name = "report.txt" });
        await Expect(file).ToContainTextAsync("run #2, succeeded");
        var download = await page.Page.RunAndWaitForDownloadAsync(() => file.ClickAsync());
        Assert.Equal(("report.txt", "It is <b>blue</b>\n"), (download.SuggestedFilename, await File.ReadAllTextAsync(await download.PathAsync())));
        await Expect(page.Page.GetByText("Its last run asks")).ToHaveCountAsync(0);
        var done = (await host.Api.TaskAsync(task.Key)).Task;
        // The run that asked left some words too; the one that did the task left none.
        Assert.Equal((Status.Done, null), (done.Status, done.Summary));
        Assert.Empty(page.Wrong);
    }
}
