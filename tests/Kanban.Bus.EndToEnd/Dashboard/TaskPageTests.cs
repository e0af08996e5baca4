using Kanban.Bus.Contracts;
using Kanban.Bus.EndToEnd.Browser;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.Tests.Harness;
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
        await page.Page.GetByRole(AriaRole.Checkbox, new() { Name = "The next run may do what this one was not allowed to" }).CheckAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Answer", Exact = true }).ClickAsync();

        var file = page.Page.GetByRole(AriaRole.Region, new() { Name = "Files" }).GetByRole(AriaRole.Link, new() { Name = "report.txt" });
        await Expect(file).ToContainTextAsync("run #2, succeeded");
        var download = await page.Page.RunAndWaitForDownloadAsync(() => file.ClickAsync());
        Assert.Equal(("report.txt", "It is <b>blue</b>\n"), (download.SuggestedFilename, await File.ReadAllTextAsync(await download.PathAsync())));
        await Expect(page.Page.GetByText("Its last run asks")).ToHaveCountAsync(0);
        var done = (await host.Api.TaskAsync(task.Key)).Task;
        // The run that asked left some words too; the one that did the task left none.
        Assert.Equal((Status.Done, null), (done.Status, done.Summary));
        await page.Page.GetByRole(AriaRole.Tab, new() { Name = "History" }).ClickAsync();
        await Expect(page.Page.Locator(".history")).ToContainTextAsync("Answered the run's question and allowed what it asks for: Which colour?");
        Assert.Empty(page.Wrong);
    }

    [BrowserFact]
    public async Task A_late_result_is_adopted_on_the_page_and_the_history_says_so_in_sentences()
    {
        var task = await ReportedLateAsync("Dig the pond", "dug it after all");
        await using var page = await OpenAsync(chromium, host, "/b/main");

        await page.CardIn("blocked", task).ClickAsync();
        await page.Page.GetByRole(AriaRole.Tab, new() { Name = "Runs and log" }).ClickAsync();
        var adopt = page.Page.GetByRole(AriaRole.Button, new() { Name = "Adopt it" });
        await Expect(page.Page.GetByText("A late result came")).ToContainTextAsync("(succeeded: dug it after all); it changed nothing.");
        await adopt.ClickAsync();

        await Expect(page.CardIn("done", task)).ToBeVisibleAsync();
        await Expect(page.Page.GetByText("A late result came")).ToContainTextAsync("browser:settings adopted it.");
        await Expect(adopt).ToHaveCountAsync(0);
        var done = (await host.Api.TaskAsync(task)).Task;
        Assert.Equal((Status.Done, "dug it after all"), (done.Status, done.Summary));

        await page.Page.GetByRole(AriaRole.Tab, new() { Name = "History" }).ClickAsync();
        var history = page.Page.Locator(".history");
        await Expect(history).ToContainTextAsync("Moved from blocked to done.");
        await Expect(history).ToContainTextAsync("The late result of run 1, succeeded, is adopted.");
        await Expect(history).ToContainTextAsync("Run 1 was lost (class host): worker late left.");
        await Expect(history).ToContainTextAsync("Made in ready.");
        Assert.Empty(page.Wrong);
    }

    /// <summary>A worker by hand claims the task's run and leaves, which loses the run; what it reports then comes too late.</summary>
    private async Task<string> ReportedLateAsync(string title, string summary)
    {
        await host.Api.AddLaneAsync(new CreateLane("late", Retry: RetryMode.Ask));
        var task = await host.Api.AddTaskAsync(new CreateTask(title, "late", Body: "true"));
        var token = await host.Api.PostAsync<TokenCreated>("tokens", new CreateToken("late", TokenKind.Worker));
        using var worker = new BoardApi(host.Url, token.Token);
        var me = new RegisterWorker("late", "elsewhere", new Dictionary<string, int> { ["late"] = 1 }, [], ["shell"], "0", 1, [], 1, null);
        using var first = new BoardApi(host.Url, (await worker.PostAsync<Registered>("workers", me)).SessionToken);
        await Eventually.Async(async () => (await host.Api.RunsAsync(task.Key)).Count == 1);
        var run = (await host.Api.RunsAsync(task.Key)).Single().Id;
        var grant = Assert.Single((await first.PostAsync<ClaimAnswers>("workers/late/claims", new ClaimRuns([new ClaimItem(run, 0)]))).Answers).Grant!;
        using var left = await first.Http.DeleteAsync(new Uri("workers/late", UriKind.Relative));
        left.EnsureSuccessStatusCode();

        using var again = new BoardApi(host.Url, (await worker.PostAsync<Registered>("workers", me)).SessionToken);
        await again.PostAsync("workers/late/finishes", new FinishRuns([new FinishItem(run, grant.FencingToken, Outcome.Succeeded, ExitCode: 0, Summary: summary)]));
        using var gone = await again.Http.DeleteAsync(new Uri("workers/late", UriKind.Relative));
        return task.Key;
    }
}
