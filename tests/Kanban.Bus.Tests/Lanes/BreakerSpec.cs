using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Lanes;

/// <summary>The same error on several tasks stops a lane, and one run at a time finds out when to go on.</summary>
public abstract class BreakerSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    private const string Settings = """{"breakerTasks":3,"breakerSeconds":600,"breakerCoolDownSeconds":60,"retry":"never"}""";

    [Fact]
    public async Task The_same_error_on_several_tasks_opens_it_and_says_so_everywhere()
    {
        await SetUpAsync(tasks: 5);

        await FailAsync(1, "no key 17");
        await FailAsync(2, "no key 18");
        Assert.Null((await LaneAsync()).Breaker);
        await FailAsync(3, "no key 19");

        var breaker = (await LaneAsync()).Breaker!;
        Assert.Equal((BreakerState.Open, "no key #", 3, 60), (breaker.State, breaker.Error, breaker.Tasks, breaker.CoolDownSeconds));
        await TickAsync();
        Assert.Empty(await Store.AdmitAsync());
        Assert.Contains("breaker is open since", (await ShowAsync("main-4")).Wait, StringComparison.Ordinal);
        Assert.Equal(WaitCode.BreakerOpen, (await People.WhyAsync("main-4")).Value<WhyView>().Code);
        Assert.Equal([EventTypes.LaneBreakerOpened, EventTypes.AlarmRaised], await BreakerEventsAsync());
        Assert.Equal((AlarmKind.BreakerOpened, "shell"), Assert.Single((await People.AlarmsAsync()).Value<Page<AlarmView>>().Items) is var alarm ? (alarm.Kind, alarm.Subject) : default);
    }

    [Fact]
    public async Task Different_errors_one_task_alone_and_errors_with_a_success_between_do_not_open_it()
    {
        await SetUpAsync(tasks: 9);
        await FailAsync(1, "no key");
        await FailAsync(2, "no disk");
        await FailAsync(3, "no host");
        await FailAsync(4, "no key");
        await EndAsync(5, Outcome.Succeeded, null);

        await FailAsync(6, "no key");

        Assert.Null((await LaneAsync()).Breaker);
        await People.EditLaneAsync("shell", """{"retry":"auto","backoffSeconds":0,"maxAttempts":9}""");
        for (var i = 0; i < 4; i++)
            await FailAsync(7, "no idea");
        Assert.Null((await LaneAsync()).Breaker);
    }

    [Fact]
    public async Task Errors_further_apart_than_the_stretch_and_lost_workers_do_not_open_it()
    {
        await SetUpAsync(tasks: 9);
        await FailAsync(1, "no key");
        await FailAsync(2, "no key");
        await Store.AdvanceAsync(TimeSpan.FromSeconds(601));
        await FailAsync(3, "no key");
        for (var i = 4; i <= 7; i++)
            await EndAsync(i, Outcome.Lost, "its host was restarted");

        Assert.Null((await LaneAsync()).Breaker);
    }

    [Fact]
    public async Task After_the_cool_down_one_canary_goes_and_its_failure_doubles_the_wait()
    {
        await BreakAsync(tasks: 9);

        await Store.AdvanceAsync(TimeSpan.FromSeconds(61));
        var canary = Assert.Single(await Store.AdmitAsync());

        Assert.Equal((BreakerState.HalfOpen, $"{canary.TaskKey}#2"), ((await LaneAsync()).Breaker!.State, (await LaneAsync()).Breaker!.Canary));
        await Store.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Empty(await Store.AdmitAsync());
        await Store.ClaimAsync("w1", canary.RunId);
        await Store.FinishAsync("w1", new FinishItem(canary.RunId, 1, Outcome.Failed, "no key"));
        Assert.Equal((BreakerState.Open, 120), ((await LaneAsync()).Breaker!.State, (await LaneAsync()).Breaker!.CoolDownSeconds));
        await Store.AdvanceAsync(TimeSpan.FromSeconds(61));
        Assert.Empty(await Store.AdmitAsync());
        await Store.AdvanceAsync(TimeSpan.FromSeconds(61));
        Assert.Single(await Store.AdmitAsync());
        Assert.Equal([EventTypes.LaneBreakerOpened, EventTypes.AlarmRaised, EventTypes.LaneBreakerTried, EventTypes.LaneBreakerOpened, EventTypes.LaneBreakerTried], await BreakerEventsAsync());
    }

    [Fact]
    public async Task A_canary_that_succeeds_closes_it_and_what_failed_before_counts_no_more()
    {
        await BreakAsync(tasks: 9);
        await Store.AdvanceAsync(TimeSpan.FromSeconds(61));
        var canary = Assert.Single(await Store.AdmitAsync());
        await Store.ClaimAsync("w1", canary.RunId);

        await Store.FinishAsync("w1", new FinishItem(canary.RunId, 1, Outcome.Succeeded));

        Assert.Null((await LaneAsync()).Breaker);
        Assert.Equal(5, (await Store.AdmitAsync()).Count);
        await Store.AdvanceAsync(TimeSpan.FromSeconds(1));
        await FailAsync(5, "no key");
        await FailAsync(6, "no key");
        Assert.Null((await LaneAsync()).Breaker);
        await FailAsync(7, "no key");
        Assert.NotNull((await LaneAsync()).Breaker);
    }

    [Fact]
    public async Task A_canary_that_nobody_carried_out_decides_nothing_and_another_goes_at_once()
    {
        await BreakAsync(tasks: 9);
        await Store.AdvanceAsync(TimeSpan.FromSeconds(61));
        var canary = Assert.Single(await Store.AdmitAsync());

        await People.CancelAsync(canary.TaskKey);

        Assert.Equal((BreakerState.Open, 60), ((await LaneAsync()).Breaker!.State, (await LaneAsync()).Breaker!.CoolDownSeconds));
        Assert.NotEqual(canary.TaskKey, Assert.Single(await Store.AdmitAsync()).TaskKey);
    }

    [Fact]
    public async Task A_person_closes_it_by_hand()
    {
        await BreakAsync(tasks: 9);

        var lane = (await People.ResetBreakerAsync("shell", "new key")).Value<LaneView>();

        Assert.Null(lane.Breaker);
        Assert.Equal(6, (await Store.AdmitAsync()).Count);
        var closed = await Store.ReadAsync(db => db.Events.SingleAsync(e => e.Type == EventTypes.LaneBreakerClosed));
        Assert.Equal((People.Name, """{"reason":"new key"}"""), (closed.Actor, closed.Data));
        Assert.Equal(200, (await People.ResetBreakerAsync("shell")).Status);
        (await People.ResetBreakerAsync("sehll")).Refused(404, "not-found");
    }

    [Fact]
    public async Task Unclaimed_offers_can_not_be_claimed_and_are_taken_back_and_a_lane_may_do_without_a_breaker()
    {
        await SetUpAsync(tasks: 6);
        var offers = (await Store.AdmitAsync()).OrderBy(o => o.TaskKey).Select(o => o.RunId).ToList();
        foreach (var run in offers.Take(4))
            await Store.ClaimAsync("w1", run);
        foreach (var run in offers.Take(3))
            await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Failed, "no key"));
        Assert.Equal(ClaimRefusal.Draining, (await Store.ClaimAsync("w1", offers[4])).Refused);
        await People.RetryAsync("main-1");

        Assert.Empty(await Store.AdmitAsync());
        Assert.Equal((RunState.Running, RunState.Withdrawn), ((await Store.RunAsync(offers[3])).StateName, (await Store.RunAsync(offers[5])).StateName));

        await People.EditLaneAsync("shell", """{"breakerTasks":0}""");
        await People.ResetBreakerAsync("shell");
        await Store.AdmitAsync();
        foreach (var i in new[] { 1, 5, 6 })
            await FailAsync(i, "no key");
        Assert.Null((await LaneAsync()).Breaker);
    }

    private async Task SetUpAsync(int tasks)
    {
        Assert.Equal(200, (await People.EditLaneAsync("shell", Settings)).Status);
        await Store.AddWorkerAsync("w1", "shell=50");
        for (var i = 0; i < tasks; i++)
            await CreateAsync("t");
    }

    /// <summary>Three tasks have failed alike; the others wait.</summary>
    private async Task BreakAsync(int tasks)
    {
        await SetUpAsync(tasks);
        for (var i = 1; i <= 3; i++)
            await FailAsync(i, "no key");
        await TickAsync();
    }

    /// <summary>Takes back what was offered before.</summary>
    private Task<Board.Admission.AdmissionTick.Look> TickAsync() => Store.UseAsync(s => s.GetRequiredService<Board.Admission.AdmissionTick>().RunAsync(everything: false, default));

    private Task FailAsync(int number, string reason) => EndAsync(number, Outcome.Failed, reason);

    private async Task EndAsync(int number, Outcome outcome, string? reason)
    {
        await Store.AdmitAsync();
        var task = await Store.TaskAsync(await IdAsync($"main-{number}"));
        Assert.NotNull((await Store.ClaimAsync("w1", task.LiveRunId!.Value)).Grant);
        await Store.FinishAsync("w1", new FinishItem(task.LiveRunId.Value, (await Store.TaskAsync(task.Id)).FencingToken, outcome, reason));
    }

    private async Task<LaneView> LaneAsync() => (await People.ShowLaneAsync("shell")).Value<LaneView>();

    private Task<List<string>> BreakerEventsAsync() => Store.ReadAsync(db => db.Events
        .Where(e => e.Lane == "shell" && e.TaskId == null && e.Type != EventTypes.LaneEdited).OrderBy(e => e.Seq).Select(e => e.Type).ToListAsync());
}
