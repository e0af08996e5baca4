using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Fleet;

/// <summary>Leases end by the database's clock and by nothing else.</summary>
public abstract class LeaseSpec<TStore> : StoreSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task A_run_without_heartbeats_is_reclaimed_after_its_lease_and_not_before()
    {
        var (task, run) = await HeldAsync();
        await Store.AdvanceAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, await SweepAsync());

        await Store.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(1, await SweepAsync());
        Assert.Equal(RunState.Lost, (await Store.RunAsync(run)).StateName);
        Assert.Equal(Status.Ready, (await Store.TaskAsync(task)).Status);
    }

    [Fact]
    public async Task A_heartbeat_renews_every_run_of_its_worker_and_of_no_other()
    {
        var (_, mine) = await HeldAsync();
        await Store.AddWorkerAsync("w2", "shell=9");
        var (_, other) = await HeldAsync("w2");
        await Store.AdvanceAsync(TimeSpan.FromSeconds(20));

        await Store.UseAsync(async db => Assert.Equal(1, await db.RenewLeasesAsync("w1", [new(mine, 1), new(other, 1)], await db.NowAsync(default), await db.NowAsync(default) + Store.Lease.Duration, default)));
        await Store.AdvanceAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(1, await SweepAsync());
        Assert.Equal(RunState.Running, (await Store.RunAsync(mine)).StateName);
        Assert.Equal(RunState.Lost, (await Store.RunAsync(other)).StateName);
    }

    [Fact]
    public async Task A_heartbeat_after_the_deadline_but_before_the_sweep_is_in_time()
    {
        var (_, run) = await HeldAsync();
        await Store.AdvanceAsync(TimeSpan.FromMinutes(5));

        await Store.UseAsync(async db => await db.RenewLeasesAsync("w1", [new(run, 1)], await db.NowAsync(default), await db.NowAsync(default) + Store.Lease.Duration, default));

        Assert.Equal(0, await SweepAsync());
    }

    [Fact]
    public async Task A_sweep_that_stood_still_between_its_look_and_its_act_takes_nothing_that_ended_meanwhile()
    {
        var (_, first) = await HeldAsync();
        await Store.AdvanceAsync(TimeSpan.FromSeconds(20));
        await Store.AddWorkerAsync("w2", "shell=9");
        var (_, second) = await HeldAsync("w2");
        await Store.AdvanceAsync(TimeSpan.FromSeconds(11));

        var lost = await Store.UseAsync(async s =>
        {
            var sweep = s.GetRequiredService<LeaseSweep>();
            var look = await sweep.LookAsync(default);
            await Store.AdvanceAsync(TimeSpan.FromMinutes(10));
            return await sweep.RunAsync(look, default);
        });

        Assert.Equal(1, lost);
        Assert.Equal((RunState.Lost, RunState.Running), ((await Store.RunAsync(first)).StateName, (await Store.RunAsync(second)).StateName));
    }

    [Fact]
    public async Task Sweeps_at_the_same_moment_reclaim_a_run_once()
    {
        var (task, _) = await HeldAsync();
        await Store.AdvanceAsync(TimeSpan.FromSeconds(31));

        var lost = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => SweepAsync()));

        Assert.Equal(1, lost.Sum());
        Assert.Equal(1, (await Store.TaskAsync(task)).Attempts);
        Assert.Single(await Store.EventsAsync(task), "run.ended");
    }

    [Fact]
    public async Task A_silent_worker_is_noted_as_gone_once()
    {
        await HeldAsync();
        await Store.AdvanceAsync(TimeSpan.FromSeconds(31));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SweepAsync()));

        Assert.Equal(WorkerState.Gone, await Store.ReadAsync(db => db.Workers.Select(w => w.State).SingleAsync()));
        Assert.Equal(1, await Store.ReadAsync(db => db.Events.CountAsync(e => e.Type == EventTypes.WorkerGone)));
    }

    private Task<int> SweepAsync() => Store.UseAsync(async s =>
    {
        var sweep = s.GetRequiredService<LeaseSweep>();
        return await sweep.RunAsync(await sweep.LookAsync(default), default);
    });

    private async Task<(Guid Task, Guid Run)> HeldAsync(string worker = "w1")
    {
        if (worker == "w1")
        {
            await Store.AddLaneAsync("shell");
            await Store.AddWorkerAsync("w1", "shell=9");
        }

        var task = await Store.AddTaskAsync("shell");
        var run = Assert.Single(await Store.AdmitAsync()).RunId;
        Assert.NotNull((await Store.ClaimAsync(worker, run)).Grant);
        return (task.Id, run);
    }
}
