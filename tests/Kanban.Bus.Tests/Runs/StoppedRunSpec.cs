using System.Text.Json;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Runs;

/// <summary>Runs that are withdrawn, cancelled or lost, and what of them counts that comes later.</summary>
public abstract class StoppedRunSpec<TStore> : RunSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task A_finish_after_the_run_was_lost_is_kept_as_a_late_result_once()
    {
        var (task, run) = await HeldAsync();
        await Store.SendAsync(new LoseRun(run, "its worker is gone", await Store.NowAsync()));

        var late = await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Succeeded, Summary: "too late", Usage: JsonElement.Parse("""{"input":5}""")));
        await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Failed, Summary: "another story"));

        Assert.Equal(FinishVerdict.Late, late.Verdict);
        await ExpectAsync(run, RunState.Lost, task, Status.Ready);
        Assert.Contains("too late", (await Store.RunAsync(run)).Late, StringComparison.Ordinal);
        Assert.Contains("5", (await Store.RunAsync(run)).Usage, StringComparison.Ordinal);
        Assert.Single(await Store.EventsAsync(task), "run.late");
    }

    [Fact]
    public async Task Each_lease_of_a_task_bears_a_higher_token()
    {
        var (task, first) = await HeldAsync();
        await Store.SendAsync(new LoseRun(first, "its worker is gone", await Store.NowAsync()));
        var second = Assert.Single(await Store.AdmitAsync()).RunId;

        var grant = (await Store.ClaimAsync("w1", second)).Grant!;

        Assert.Equal(2, grant.FencingToken);
        Assert.Equal(2, grant.Attempt);
        Assert.Equal(2, (await Store.TaskAsync(task)).FencingToken);
    }

    [Fact]
    public async Task A_lost_run_is_not_lost_twice()
    {
        var (task, run) = await HeldAsync();
        var lose = new LoseRun(run, "its worker is gone", await Store.NowAsync());
        await Store.SendAsync(lose);

        await Store.SendAsync(lose);

        Assert.Equal(1, (await Store.TaskAsync(task)).Attempts);
    }

    [Fact]
    public async Task A_withdrawn_offer_can_not_be_claimed_any_more()
    {
        var (task, run) = await OfferedAsync();
        await Store.SendAsync(new WithdrawOffer(run, "lane paused", "key:test", await Store.NowAsync()));

        Assert.Equal(ClaimRefusal.Withdrawn, (await Store.ClaimAsync("w1", run)).Refused);
        await ExpectAsync(run, RunState.Withdrawn, task, Status.Ready);
    }

    [Fact]
    public async Task A_held_run_can_not_be_withdrawn()
    {
        var (task, run) = await HeldAsync();

        await Store.SendAsync(new WithdrawOffer(run, "lane paused", "key:test", await Store.NowAsync()));

        await ExpectAsync(run, RunState.Running, task, Status.Running);
    }

    [Fact]
    public async Task A_cancel_of_an_unclaimed_run_ends_it_and_the_task_at_once()
    {
        var (task, run) = await OfferedAsync();

        await Store.SendAsync(new StopRun(run, "not wanted", "key:test", await Store.NowAsync()));

        await ExpectAsync(run, RunState.Withdrawn, task, Status.Cancelled);
    }

    [Fact]
    public async Task A_cancelled_run_keeps_its_units_until_its_worker_says_that_it_is_dead()
    {
        var (task, run) = await HeldAsync();
        await Store.SendAsync(new StopRun(run, "not wanted", "key:test", await Store.NowAsync()));
        await ExpectAsync(run, RunState.Stopping, task, Status.Running);
        Assert.True((await Store.RunAsync(run)).Live);

        await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Stopped));

        await ExpectAsync(run, RunState.Cancelled, task, Status.Cancelled);
        Assert.False((await Store.RunAsync(run)).Live);
    }

    [Fact]
    public async Task A_completion_that_overtakes_the_cancel_counts()
    {
        var (task, run) = await HeldAsync();
        await Store.SendAsync(new StopRun(run, "not wanted", "key:test", await Store.NowAsync()));

        await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Succeeded));

        await ExpectAsync(run, RunState.Succeeded, task, Status.Done);
    }

    [Fact]
    public async Task A_cancelled_run_whose_worker_vanishes_ends_cancelled_and_is_not_tried_again()
    {
        var (task, run) = await HeldAsync();
        await Store.SendAsync(new StopRun(run, "not wanted", "key:test", await Store.NowAsync()));

        await Store.SendAsync(new LoseRun(run, "its worker is gone", await Store.NowAsync()));

        await ExpectAsync(run, RunState.Cancelled, task, Status.Cancelled);
    }

    [Fact]
    public async Task A_lost_run_whose_worker_comes_back_before_another_claims_the_task_goes_on_with_its_old_token()
    {
        var (task, run) = await HeldAsync();
        await Store.SendAsync(new LoseRun(run, "its worker is gone", await Store.NowAsync()));
        var offered = Assert.Single(await Store.AdmitAsync()).RunId;

        Assert.Equal(1, await ResumeAsync("w1", run));

        await ExpectAsync(run, RunState.Running, task, Status.Running);
        Assert.Equal(RunState.Withdrawn, (await Store.RunAsync(offered)).StateName);
        Assert.Equal((0, run), ((await Store.TaskAsync(task)).Attempts, (await Store.TaskAsync(task)).LiveRunId));
        Assert.Equal(FinishVerdict.Accepted, (await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Succeeded))).Verdict);
    }

    [Fact]
    public async Task A_lost_run_is_not_taken_up_again_when_another_worker_has_claimed_the_task()
    {
        var (task, run) = await HeldAsync();
        await Store.AddWorkerAsync("w2", "shell=2");
        await Store.SendAsync(new LoseRun(run, "its worker is gone", await Store.NowAsync()));
        await Store.ClaimAsync("w2", Assert.Single(await Store.AdmitAsync()).RunId);

        Assert.Equal(0, await ResumeAsync("w1", run));

        Assert.Equal(RunState.Lost, (await Store.RunAsync(run)).StateName);
        Assert.Equal(2, (await Store.TaskAsync(task)).FencingToken);
    }

    [Fact]
    public async Task A_lost_run_is_not_taken_up_again_past_a_cap_nor_in_a_lane_that_stops_nor_by_a_stranger()
    {
        var (_, run) = await HeldAsync();
        await Store.SendAsync(new LoseRun(run, "its worker is gone", await Store.NowAsync()));
        await SetLaneAsync(lane => lane.MaxActive = 0);
        Assert.Equal(0, await ResumeAsync("w1", run));
        await SetLaneAsync(lane => (lane.MaxActive, lane.OnDisconnect) = (null, OnDisconnect.Stop));
        Assert.Equal(0, await ResumeAsync("w1", run));
        await SetLaneAsync(lane => lane.OnDisconnect = OnDisconnect.Continue);
        Assert.Equal(0, await ResumeAsync("w2", run));
        Assert.Equal(0, await ResumeAsync("w1", run, token: 7));

        Assert.Equal(1, await ResumeAsync("w1", run));
    }

    [Fact]
    public async Task A_task_whose_parent_was_taken_back_while_it_ran_waits_for_it_again()
    {
        var (parent, _) = await OfferedAsync();
        var (child, run) = await HeldAsync();
        await Store.UseAsync(async db =>
        {
            db.TaskLinks.Add(new Board.Tasks.TaskLink { ParentId = parent, ChildId = child });
            await db.SaveChangesAsync();
        });

        await Store.SendAsync(new LoseRun(run, "its worker is gone", await Store.NowAsync()));

        Assert.Equal(Status.Todo, (await Store.TaskAsync(child)).Status);
    }

    private Task<int> ResumeAsync(string worker, Guid run, long token = 1) =>
        Store.UseAsync(s => s.GetRequiredService<RunResumption>().ResumeAsync(worker, [new HeldRun(run, token)], default));

    private Task SetLaneAsync(Action<Board.Lanes.Lane> set) => Store.UseAsync(async db =>
    {
        set(await db.Lanes.SingleAsync());
        await db.SaveChangesAsync();
    });
}
