using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Admission;

/// <summary>Admission over real rows: what is offered, and that no unit is spent twice.</summary>
public abstract class AdmissionSpec<TStore> : StoreSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task A_ready_task_is_offered_once_and_stays_ready_until_it_is_claimed()
    {
        await Store.AddLaneAsync("shell");
        await Store.AddWorkerAsync("w1", "shell=2");
        var task = await Store.AddTaskAsync("shell");

        var offer = Assert.Single(await Store.AdmitAsync());

        Assert.Equal((task.Key, "shell", 1), (offer.TaskKey, offer.Lane, offer.Attempt));
        Assert.Empty(await Store.AdmitAsync());
        Assert.Equal(Status.Ready, (await Store.TaskAsync(task.Id)).Status);
        Assert.Equal(["run.offered"], await Store.EventsAsync(task.Id));
    }

    [Fact]
    public async Task Passes_at_the_same_moment_never_pass_a_cap_together()
    {
        await Store.AddLaneAsync("shell", lane => lane.MaxActive = 3);
        await Store.AddWorkerAsync("w1", "shell=64");
        for (var i = 0; i < 20; i++)
            await Store.AddTaskAsync("shell");

        var offers = (await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Store.AdmitAsync()))).SelectMany(o => o).ToList();

        Assert.Equal(3, offers.Count);
        Assert.Equal(3, await Store.ReadAsync(db => db.Runs.CountAsync(r => r.Live)));
    }

    [Fact]
    public async Task Passes_that_see_different_tasks_first_never_pass_a_cap_together()
    {
        // Passes can race for room alone, so each round is a lane whose cap is free.
        for (var round = 0; round < 5; round++)
        {
            var lane = $"lane-{round}";
            await Store.AddLaneAsync(lane, l => l.MaxActive = 3);
            await Store.AddWorkerAsync($"w{round}", $"{lane}=64");

            // Each task goes ahead of those before it, so passes that overlap would each offer others, and no task's row parts them.
            var adding = Task.Run(async () =>
            {
                for (var i = 0; i < 12; i++)
                    await Store.AddTaskAsync(lane, t => t.Priority = i);
            });
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
            {
                for (var pass = 0; pass < 3; pass++)
                    await Store.AdmitAsync();
            })));
            await adding;
            await Store.AdmitAsync();

            Assert.Equal(3, await Store.ReadAsync(db => db.Runs.CountAsync(r => r.Live && r.Lane == lane)));
        }
    }

    [Fact]
    public async Task A_unit_is_free_again_only_when_its_run_has_ended()
    {
        await Store.AddLaneAsync("shell", lane => lane.MaxActive = 1);
        await Store.AddWorkerAsync("w1", "shell=8");
        await Store.AddTaskAsync("shell");
        await Store.AddTaskAsync("shell");
        var run = Assert.Single(await Store.AdmitAsync()).RunId;
        await Store.ClaimAsync("w1", run);
        await Store.SendAsync(new StopRun(run, "not wanted", "key:test", await Store.NowAsync()));
        Assert.Empty(await Store.AdmitAsync());

        await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Stopped));

        Assert.Single(await Store.AdmitAsync());
    }

    [Fact]
    public async Task A_child_is_offered_after_every_parent_is_done_and_gets_their_results()
    {
        await Store.AddLaneAsync("shell");
        await Store.AddWorkerAsync("w1", "shell=8");
        var parents = new[] { await Store.AddTaskAsync("shell"), await Store.AddTaskAsync("shell") };
        var child = await Store.AddTaskAsync("shell", null, "main", parents);
        var runs = (await Store.AdmitAsync()).Select(o => o.RunId).ToList();
        Assert.Equal(2, runs.Count);
        foreach (var run in runs)
            await Store.ClaimAsync("w1", run);

        await Store.FinishAsync("w1", new FinishItem(runs[0], 1, Outcome.Succeeded, Summary: "first half"));
        Assert.Empty(await Store.AdmitAsync());
        await Store.FinishAsync("w1", new FinishItem(runs[1], 1, Outcome.Succeeded, Summary: "second half"));

        var offer = Assert.Single(await Store.AdmitAsync());
        Assert.Equal(child.Key, offer.TaskKey);
        var grant = (await Store.ClaimAsync("w1", offer.RunId)).Grant!;
        Assert.Equal(["first half", "second half"], grant.Parents.Select(p => p.Summary));
        Assert.Contains("second half", grant.Brief, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parents_that_end_at_the_same_moment_release_their_child()
    {
        await Store.AddLaneAsync("shell");
        await Store.AddWorkerAsync("w1", "shell=8");
        for (var round = 0; round < 5; round++)
        {
            var parents = new[] { await Store.AddTaskAsync("shell"), await Store.AddTaskAsync("shell") };
            var child = await Store.AddTaskAsync("shell", null, "main", parents);
            var runs = (await Store.AdmitAsync()).Select(o => o.RunId).ToList();
            foreach (var run in runs)
                await Store.ClaimAsync("w1", run);

            await Task.WhenAll(runs.Select(run => Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Succeeded))));

            Assert.Equal(Status.Ready, (await Store.TaskAsync(child.Id)).Status);
            await Store.ClaimAsync("w1", Assert.Single(await Store.AdmitAsync()).RunId);
        }
    }

    [Fact]
    public async Task A_failed_parent_holds_its_child_and_says_so()
    {
        await Store.AddLaneAsync("shell", lane => lane.Retry = RetryMode.Never);
        await Store.AddWorkerAsync("w1", "shell=8");
        var parent = await Store.AddTaskAsync("shell");
        var child = await Store.AddTaskAsync("shell", null, "main", parent);
        var run = Assert.Single(await Store.AdmitAsync()).RunId;
        await Store.ClaimAsync("w1", run);

        await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Failed, "exit 1", ExitCode: 1));

        Assert.Empty(await Store.AdmitAsync());
        var wait = (await WaitsAsync(child.Id))!;
        Assert.Equal(WaitCode.ParentFailed, wait.Code);
        Assert.Contains($"parent {parent.Key} failed", wait.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_offer_goes_to_the_queue_of_what_its_task_needs_and_only_a_worker_that_fits_may_claim_it()
    {
        await Store.AddLaneAsync("shell");
        await Store.AddWorkerAsync("plain", "shell=8");
        var task = await Store.AddTaskAsync("shell", t => (t.Needs, t.Host) = ("cuda", "gpu-1"));
        Assert.Empty(await Store.AdmitAsync());
        Assert.Equal(WaitCode.NoWorker, (await WaitsAsync(task.Id))!.Code);

        await Store.AddWorkerAsync("gpu", "shell=1", host: "gpu-1", capabilities: "cuda");
        var offer = Assert.Single(await Store.AdmitAsync());

        Assert.Equal("kanban.lane.shell.host:gpu-1_cuda", BusNames.LaneQueue(offer.Lane, offer.RequirementSet));
        Assert.Equal(ClaimRefusal.NotEligible, (await Store.ClaimAsync("plain", offer.RunId)).Refused);
        Assert.NotNull((await Store.ClaimAsync("gpu", offer.RunId)).Grant);
    }

    [Fact]
    public async Task A_task_that_many_unfit_ones_stand_before_is_found()
    {
        Store.Admission.ScanLimit = 5;
        await Store.AddLaneAsync("shell");
        await Store.AddBoardAsync("full", maxActive: 0);
        await Store.AddWorkerAsync("w1", "shell=1");
        for (var i = 0; i < 30; i++)
            await Store.AddTaskAsync("shell", t => (t.Needs, t.Priority) = ("cuda", 9));
        for (var i = 0; i < 30; i++)
            await Store.AddTaskAsync("shell", t => t.Priority = 8, board: "full");
        var task = await Store.AddTaskAsync("shell");

        Assert.Equal(task.Key, Assert.Single(await Store.AdmitAsync()).TaskKey);
    }

    [Fact]
    public async Task A_task_whose_time_has_not_come_waits_for_it()
    {
        await Store.AddLaneAsync("shell");
        await Store.AddWorkerAsync("w1", "shell=1");
        var at = await Store.NowAsync() + TimeSpan.FromMinutes(10);
        var task = await Store.AddTaskAsync("shell", t => (t.NotBefore, t.Status) = (at, Status.Scheduled));
        Assert.Empty(await Store.AdmitAsync());
        Assert.Equal(WaitCode.NotBefore, (await WaitsAsync(task.Id))!.Code);

        await Store.AdvanceAsync(TimeSpan.FromMinutes(10));
        await Store.UseAsync(async db => await Board.Tasks.Dependencies.ReleaseDueAsync(db, await db.NowAsync(default), default));

        Assert.Single(await Store.AdmitAsync());
    }

    [Fact]
    public async Task A_paused_lane_offers_nothing()
    {
        await Store.AddLaneAsync("shell", lane => lane.Paused = true);
        await Store.AddWorkerAsync("w1", "shell=1");
        await Store.AddTaskAsync("shell");

        Assert.Empty(await Store.AdmitAsync());
    }

    [Fact]
    public async Task An_offer_that_no_worker_fits_any_more_gives_its_unit_back()
    {
        await Store.AddLaneAsync("shell", lane => lane.MaxActive = 1);
        await Store.AddWorkerAsync("gpu", "shell=1", host: "gpu-1");
        await Store.AddWorkerAsync("plain", "shell=1", host: "cpu-1");
        var pinned = await Store.AddTaskAsync("shell", t => (t.Host, t.Priority) = ("gpu-1", 1));
        var other = await Store.AddTaskAsync("shell");
        var offer = Assert.Single(await Store.AdmitAsync());
        Assert.Equal(pinned.Key, offer.TaskKey);

        await Store.UseAsync(db => db.Workers.Where(w => w.Id == "gpu").ExecuteUpdateAsync(set => set.SetProperty(w => w.State, WorkerState.Gone)));
        await Store.UseAsync(async s =>
        {
            await s.GetRequiredService<AdmissionPass>().WithdrawStrandedAsync(default);
            return true;
        });

        Assert.Equal(RunState.Withdrawn, (await Store.RunAsync(offer.RunId)).StateName);
        Assert.Equal(other.Key, Assert.Single(await Store.AdmitAsync()).TaskKey);
        Assert.Equal(Status.Ready, (await Store.TaskAsync(pinned.Id)).Status);
    }

    [Fact]
    public async Task A_pass_that_offers_nothing_wakes_nobody_and_one_that_does_wakes_once()
    {
        await Store.AddLaneAsync("shell");
        await Store.AddWorkerAsync("w1", "shell=1");
        var signal = Store.Services.GetRequiredService<AdmissionSignal>();
        var woken = signal.WaitAsync(default);
        await Store.AdmitAsync();
        Assert.False(woken.IsCompleted);

        await Store.AddTaskAsync("shell");
        await Store.AdmitAsync();

        await woken.WaitAsync(Eventually.Deadline);
        Assert.False(signal.WaitAsync(default).IsCompleted);
    }

    [Fact]
    public async Task A_task_whose_time_is_to_come_wakes_admission_which_looks_again_by_then()
    {
        var (people, signal) = (new People(Store), Store.Services.GetRequiredService<AdmissionSignal>());
        await people.CreateLaneAsync(new("shell"));
        await signal.WaitAsync(default).WaitAsync(Eventually.Deadline);
        var woken = signal.WaitAsync(default);
        await people.CreateAsync(new("parked", "shell", Status: Status.Scheduled));
        Assert.False(woken.IsCompleted);

        await people.CreateAsync(new("later", "shell", NotBefore: await Store.NowAsync() + TimeSpan.FromHours(1)));

        await woken.WaitAsync(Eventually.Deadline);
    }

    private async Task<Wait?> WaitsAsync(Guid task) => await Store.UseAsync(async s =>
        (await s.GetRequiredService<WaitReasons>().ForAsync([await s.GetRequiredService<BoardDbContext>().Tasks.AsNoTracking().SingleAsync(t => t.Id == task)], default)).GetValueOrDefault(task));
}
