using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Runs;

/// <summary>What was at fault when a run ended: told or seen, kept, shown, and heeded.</summary>
public abstract class ErrorClassSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Theory]
    [InlineData(Outcome.Failed, null, ErrorClass.Task)]
    [InlineData(Outcome.Failed, ErrorClass.Agent, ErrorClass.Agent)]
    [InlineData(Outcome.TimedOut, ErrorClass.Provider, ErrorClass.Provider)]
    [InlineData(Outcome.Lost, null, ErrorClass.Host)]
    [InlineData(Outcome.Lost, ErrorClass.Board, ErrorClass.Board)]
    [InlineData(Outcome.Succeeded, ErrorClass.Host, null)]
    [InlineData(Outcome.Blocked, ErrorClass.Host, null)]
    [InlineData(Outcome.Released, ErrorClass.Host, null)]
    public async Task A_run_keeps_the_class_it_was_given_or_the_one_its_end_shows(Outcome outcome, ErrorClass? said, ErrorClass? kept)
    {
        var task = await CreateAsync("t");
        var run = await StartAsync(task.Key);

        await Store.FinishAsync("w1", new FinishItem(run, 1, outcome, Class: said));

        Assert.Equal(kept, (await Store.RunAsync(run)).Class);
        Assert.Equal(kept, (await People.ShowAsync(task.Key)).Value<TaskDetail>().Runs[0].Class);
    }

    [Fact]
    public async Task A_cancelled_run_has_no_class_and_a_run_whose_lease_ran_out_is_its_hosts()
    {
        var (cancelled, lost) = (await CreateAsync("a"), await CreateAsync("b"));
        await Store.AddWorkerAsync("w1", "shell=2");
        var runs = (await Store.AdmitAsync()).ToDictionary(o => o.TaskKey, o => o.RunId);
        foreach (var run in runs.Values)
            await Store.ClaimAsync("w1", run);

        await People.CancelAsync(cancelled.Key);
        await Store.FinishAsync("w1", new FinishItem(runs[cancelled.Key], 1, Outcome.Stopped, Class: ErrorClass.Host));
        await Store.SendAsync(new Board.Runs.LoseRun(runs[lost.Key], "no heartbeat", await Store.NowAsync()));

        Assert.Equal((null, ErrorClass.Host), ((await Store.RunAsync(runs[cancelled.Key])).Class, (await Store.RunAsync(runs[lost.Key])).Class));
    }

    [Fact]
    public async Task Errors_of_a_provider_or_of_the_board_are_counted_but_charge_no_attempt()
    {
        await People.EditLaneAsync("shell", """{"maxAttempts":2}""");
        var task = await CreateAsync("t");

        foreach (var fault in new[] { ErrorClass.Provider, ErrorClass.Board, ErrorClass.Provider, ErrorClass.Task })
            await FailAsync(task.Key, fault);

        var shown = await ShowAsync(task.Key);
        Assert.Equal((1, Status.Scheduled), (shown.Attempts, shown.Status));
        Assert.Equal(new Dictionary<string, int> { ["task"] = 1, ["provider"] = 2, ["board"] = 1 }, shown.Failures);
        await FailAsync(task.Key, ErrorClass.Agent);
        Assert.Equal(Status.Failed, await StatusAsync(task.Key));
        Assert.Empty((await People.RetryAsync(task.Key)).Task.Failures!);
    }

    [Fact]
    public async Task A_lane_has_its_own_rules_which_are_checked_shown_and_kept_in_the_history()
    {
        var lane = (await People.EditLaneAsync("shell", """{"retries":{"provider":{"attempts":1,"backoffSeconds":5}}}""")).Value<LaneView>();
        Assert.Equal((new RetryRule(1, 5), new RetryRule(null, 5)), (lane.Retries!["provider"], lane.Retries["host"]));
        var task = await CreateAsync("t");

        await FailAsync(task.Key, ErrorClass.Provider);

        Assert.Contains("fault of the provider", (await ShowAsync(task.Key)).Reason, StringComparison.Ordinal);
        Assert.Equal("/retries/disk", (await People.EditLaneAsync("shell", """{"retries":{"disk":{"attempts":1}}}""")).Fault().Pointer);
        Assert.Equal("/retries/host/attempts", (await People.EditLaneAsync("shell", """{"retries":{"host":{"attempts":0}}}""")).Fault().Pointer);
        Assert.Equal("/retries/host/backoffSeconds", (await People.CreateLaneAsync(new("gpu", Retries: new Dictionary<string, RetryRule?> { ["host"] = new(1, 3601) }))).Fault().Pointer);
        var edited = await Store.ReadAsync(db => db.Events.SingleAsync(e => e.Type == EventTypes.LaneEdited));
        Assert.Equal("""{"retries":{"from":"","to":"provider=1/5"}}""", edited.Data);
    }

    [Fact]
    public async Task After_a_fault_of_its_host_another_worker_is_given_a_moment_to_take_the_task()
    {
        await Store.AddWorkerAsync("w1", "shell=9");
        await Store.AddWorkerAsync("w2", "shell=9", host: "host-2");
        var task = await CreateAsync("t");
        await FailAsync(task.Key, ErrorClass.Host);
        var run = Assert.Single(await Store.AdmitAsync()).RunId;

        Assert.Equal(ClaimRefusal.FailedHere, (await Store.ClaimAsync("w1", run)).Refused);

        Assert.Null((await Store.RunAsync(run)).PublishedAt);
        Assert.NotNull((await Store.ClaimAsync("w2", run)).Grant);
    }

    [Fact]
    public async Task The_worker_it_failed_on_gets_it_when_the_moment_is_over_and_at_once_when_no_other_fits()
    {
        await Store.AddWorkerAsync("w1", "shell=9");
        await Store.AddWorkerAsync("w2", "shell=9", capabilities: "cuda");
        var (any, needy) = (await CreateAsync("t"), (await People.CreateAsync(new("u", "shell", Host: "host-1", Status: Status.Scheduled))).Task);
        await FailAsync(any.Key, ErrorClass.Host);
        var run = Assert.Single(await Store.AdmitAsync()).RunId;
        Assert.Equal(ClaimRefusal.FailedHere, (await Store.ClaimAsync("w1", run)).Refused);

        await Store.AdvanceAsync(Board.Runs.HostFaults.Moment);

        Assert.NotNull((await Store.ClaimAsync("w1", run)).Grant);
        await Store.UseAsync(async (BoardDbContext db) => await db.Workers.Where(w => w.Id == "w2").ExecuteUpdateAsync(set => set.SetProperty(w => w.DrainAsked, true)));
        await People.MoveAsync(needy.Key, Status.Ready);
        await FailAsync(needy.Key, ErrorClass.Host);
        Assert.NotNull((await Store.ClaimAsync("w1", Assert.Single(await Store.AdmitAsync()).RunId)).Grant);
    }

    [Fact]
    public async Task Tasks_are_listed_by_the_class_that_a_run_of_theirs_ended_with()
    {
        var (ours, other) = (await CreateAsync("ours"), await CreateAsync("other"));
        await FailAsync(ours.Key, ErrorClass.Provider);
        await FailAsync(other.Key, ErrorClass.Task);

        Assert.Equal([ours.Key], (await People.ListAsync("class=provider")).Tasks.Select(t => t.Key));
        Assert.Contains("'provider'", (await People.ListAsync("class=provder")).Refused(400, "unknown-class"), StringComparison.Ordinal);
    }

    /// <summary>Brings it to run, whatever it waits for, and ends the run so.</summary>
    private async Task FailAsync(string key, ErrorClass fault)
    {
        var id = await IdAsync(key);
        if (await StatusAsync(key) is Status.Scheduled)
        {
            await Store.AdvanceAsync(TimeSpan.FromHours(2));
            await ReleaseDueAsync();
        }

        if (!await Store.ReadAsync(db => db.Workers.AnyAsync()))
            await Store.AddWorkerAsync("w1", "shell=50");
        var run = (await Store.TaskAsync(id)).LiveRunId ?? (await Store.AdmitAsync()).Single(o => o.TaskKey == key).RunId;
        Assert.NotNull((await Store.ClaimAsync("w1", run)).Grant);
        await Store.FinishAsync("w1", new FinishItem(run, (await Store.TaskAsync(id)).FencingToken, Outcome.Failed, "it went wrong", Class: fault));
    }
}
