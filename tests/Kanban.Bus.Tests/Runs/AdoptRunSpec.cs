using System.Text.Json;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;

namespace Kanban.Bus.Tests.Runs;

/// <summary>A result that came too late may end the task after all, when a person says so.</summary>
public abstract class AdoptRunSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task It_ends_the_task_once_with_the_events_that_say_who_and_lets_its_children_go()
    {
        var (key, run) = await LateAsync(Outcome.Succeeded);
        var child = await CreateAsync("child", parents: key);
        // The task waits to be tried again, and its offer is out.
        var offer = Assert.Single(await Store.AdmitAsync(), o => o.TaskKey == key).RunId;

        var task = (await People.AdoptAsync(run, "looked at it")).Value<TaskView>();

        Assert.Equal((Status.Done, "too late"), (task.Status, task.Summary));
        Assert.Equal("""{"files":7}""", (await Store.TaskAsync(await IdAsync(key))).Metadata!.Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal((RunState.Lost, RunState.Withdrawn), ((await Store.RunAsync(run)).StateName, (await Store.RunAsync(offer)).StateName));
        Assert.Equal(People.Name, (await Store.RunAsync(run)).LateResult!.AdoptedBy);
        Assert.Equal(Status.Ready, await StatusAsync(child.Key));
        Assert.Single(await EventsAsync(key), "run.adopted");

        var again = await RefusedAsync(run);
        Assert.StartsWith($"The late result of run 1 of {key} was adopted already, by {People.Name} at ", again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_asked_for_a_look_goes_to_review()
    {
        var (key, run) = await LateAsync(Outcome.Review);

        Assert.Equal(Status.Review, (await People.AdoptAsync(run)).Value<TaskView>().Status);
        Assert.Equal("too late", (await ShowAsync(key)).Summary);
    }

    [Fact]
    public async Task A_task_s_result_is_that_of_the_run_that_did_it_and_of_no_other()
    {
        var task = await CreateAsync("t");
        var lost = await StartAsync(task.Key);
        await Store.SendAsync(new LoseRun(lost, "its worker is gone", await Store.NowAsync()));
        await Store.FinishAsync("w1", new FinishItem(lost, 1, Outcome.Succeeded));
        var asks = await StartAsync(task.Key);
        await Store.FinishAsync("w1", new FinishItem(asks, 2, Outcome.Blocked, "which?", Summary: "half of it", Metadata: JsonElement.Parse("""{"half":1}""")));
        Assert.Equal(("half of it", 1), ((await ShowAsync(task.Key)).Summary, (await MetadataAsync(task.Key))!.Value.GetProperty("half").GetInt32()));

        (await People.MoveAsync(task.Key, Status.Ready)).Value<TaskView>();
        var done = await StartAsync(task.Key);
        await Store.FinishAsync("w1", new FinishItem(done, 3, Outcome.Review, Summary: "all of it"));
        Assert.Equal(("all of it", (JsonElement?)null), ((await ShowAsync(task.Key)).Summary, (await MetadataAsync(task.Key))));

        await People.AdoptAsync(lost);
        Assert.Equal((Status.Done, (string?)null), ((await ShowAsync(task.Key)).Status, (await ShowAsync(task.Key)).Summary));
    }

    [Fact]
    public async Task It_is_refused_while_another_run_is_at_work_and_when_that_has_done_the_task()
    {
        var (key, run) = await LateAsync(Outcome.Succeeded);
        var second = await StartAsync(key);
        Assert.Equal($"Task {key} is running: cancel it first, or wait for its run to end.", await RefusedAsync(run));

        await Store.FinishAsync("w1", new FinishItem(second, 2, Outcome.Succeeded, Summary: "in time"));

        Assert.Equal($"Task {key} is done already: its result stands.", await RefusedAsync(run));
        Assert.Equal("in time", (await ShowAsync(key)).Summary);
        Assert.DoesNotContain("run.adopted", await EventsAsync(key));
    }

    [Fact]
    public async Task What_is_no_late_success_is_refused_with_what_it_is()
    {
        var (key, failed) = await LateAsync(Outcome.Failed);
        var live = await StartAsync(key);

        Assert.Equal($"What run 1 of {key} reported late is failed: only succeeded or review can be adopted.", await RefusedAsync(failed));
        Assert.Equal($"No result of run 2 of {key} came late: it is running.", await RefusedAsync(live));
        Assert.Equal(404, (await People.AdoptAsync(Guid.CreateVersion7())).Status);
    }

    private async Task<JsonElement?> MetadataAsync(string key) => (await People.ShowAsync(key)).Value<TaskDetail>().Metadata;

    private async Task<string> RefusedAsync(Guid run) => (await People.AdoptAsync(run)).Refused(409, "refused-by-state");

    /// <summary>A task whose first run was lost and then reported this.</summary>
    private async Task<(string Key, Guid Run)> LateAsync(Outcome outcome)
    {
        var task = await CreateAsync("t");
        var run = await StartAsync(task.Key);
        await Store.SendAsync(new LoseRun(run, "its worker is gone", await Store.NowAsync()));
        var answer = await Store.FinishAsync("w1", new FinishItem(run, 1, outcome, Summary: "too late", Metadata: JsonElement.Parse("""{"files":7}""")));
        Assert.Equal(FinishVerdict.Late, answer.Verdict);
        return (task.Key, run);
    }
}
