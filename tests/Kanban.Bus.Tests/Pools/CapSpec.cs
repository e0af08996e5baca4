using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Pools;

/// <summary>Caps of pools, lanes, boards, hosts and everything: how they are changed, what that does to offers, and that no unit is lost or spent twice.</summary>
public abstract class CapSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task Units_are_free_again_when_the_run_has_ended_and_not_before()
    {
        await Store.AddPoolAsync("vllm-a", 1);
        await People.EditLaneAsync("shell", """{"draws":{"vllm-a":1}}""");
        var (first, second) = (await CreateAsync("first"), await CreateAsync("second"));
        var run = await StartAsync(first.Key);
        await People.CancelAsync(first.Key);
        Assert.Equal(RunState.Stopping, (await Store.RunAsync(run)).StateName);
        Assert.Empty(await Store.AdmitAsync());

        await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Stopped));

        Assert.Equal([second.Key], (await Store.AdmitAsync()).Select(o => o.TaskKey));
        var pool = (await People.ShowPoolAsync("vllm-a")).Value<PoolView>();
        Assert.Equal((1, 1), (pool.Used, pool.Offered));
    }

    [Fact]
    public async Task Passes_at_the_same_moment_never_draw_more_than_a_pool_has()
    {
        await Store.AddPoolAsync("vllm-a", 5);
        await Store.AddLaneAsync("etl", lane => lane.Draws = "vllm-a=1");
        await People.EditLaneAsync("shell", """{"draws":{"vllm-a":2}}""");
        await Store.AddWorkerAsync("w1", "shell=64 etl=64");
        for (var i = 0; i < 10; i++)
        {
            await Store.AddTaskAsync("shell");
            await Store.AddTaskAsync("etl");
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Store.AdmitAsync()));

        Assert.Equal(5, (await People.ShowPoolAsync("vllm-a")).Value<PoolView>().Used);
    }

    [Fact]
    public async Task Another_cap_holds_from_its_commit_on_and_the_history_says_who_and_why()
    {
        await Store.AddPoolAsync("vllm-a", 1);
        await People.EditLaneAsync("shell", """{"draws":{"vllm-a":1}}""");
        await Store.AddWorkerAsync("w1", "shell=9");
        for (var i = 0; i < 3; i++)
            await CreateAsync("t");
        Assert.Single(await Store.AdmitAsync());

        var pool = (await People.EditPoolAsync("vllm-a", """{"capacity":2,"reason":"new cards"}""")).Value<PoolView>();

        Assert.Equal((2, 2), (pool.Limit, pool.Version));
        Assert.Single(await Store.AdmitAsync());
        var edited = await Store.ReadAsync(db => db.Events.SingleAsync(e => e.Type == EventTypes.PoolEdited));
        Assert.Equal(("vllm-a", People.Name, """{"capacity":{"from":1,"to":2},"reason":"new cards"}"""), (edited.Pool, edited.Actor, edited.Data));
        (await People.EditPoolAsync("vllm-a", """{"capacity":9}""", ifMatch: "\"1\"")).Refused(412, "version-mismatch");
        Assert.Equal("/capacity", (await People.EditPoolAsync("vllm-a", """{"capacity":null}""")).Fault().Pointer);
    }

    [Fact]
    public async Task The_cap_over_everything_is_the_services_until_a_person_sets_one()
    {
        Store.Admission.MaxActiveTasks = 1;
        await Store.AddWorkerAsync("w1", "shell=9");
        for (var i = 0; i < 3; i++)
            await CreateAsync("t");
        Assert.Single(await Store.AdmitAsync());
        var all = (await People.ShowPoolAsync("all")).Value<PoolView>();
        Assert.Equal((null, 1, CapSource.Settings, 1), (all.Capacity, all.Limit, all.Source, all.Used));

        all = (await People.EditPoolAsync("all", """{"capacity":2}""")).Value<PoolView>();

        Assert.Equal((2, CapSource.Configured), (all.Limit, all.Source));
        Assert.Single(await Store.AdmitAsync());
    }

    [Fact]
    public async Task A_pause_of_everything_stops_all_new_work_and_lasts_until_it_is_lifted()
    {
        await Store.AddWorkerAsync("w1", "shell=9");
        await CreateAsync("t");

        var all = (await People.PausePoolAsync("all", "fire drill")).Value<PoolView>();

        Assert.Equal((true, "fire drill"), (all.Paused, all.PausedReason));
        Assert.Empty(await Store.AdmitAsync());
        Assert.Contains("fire drill", (await ShowAsync("main-1")).Wait, StringComparison.Ordinal);
        await People.ResumePoolAsync("all");
        Assert.Single(await Store.AdmitAsync());
        Assert.Equal([EventTypes.PoolPaused, EventTypes.PoolResumed],
            await Store.ReadAsync(db => db.Events.Where(e => e.Pool == "all").OrderBy(e => e.Seq).Select(e => e.Type).ToListAsync()));
    }

    [Theory]
    [InlineData("pool", "4 of 1 units of pool vllm-a are drawn")]
    [InlineData("lane", "lane shell is full: 4 of 1 runs are active")]
    [InlineData("board", "board main is full: 4 of 1 runs are active")]
    [InlineData("all", "4 of 1 runs are active over all lanes")]
    public async Task A_lowered_cap_withdraws_the_unclaimed_offers_above_it_and_leaves_what_runs(string cap, string why)
    {
        await Store.AddPoolAsync("vllm-a", 9);
        await People.EditLaneAsync("shell", """{"draws":{"vllm-a":1}}""");
        await Store.AddWorkerAsync("w1", "shell=9");
        for (var i = 0; i < 4; i++)
            await CreateAsync("t");
        var offers = await Store.AdmitAsync();
        await Store.ClaimAsync("w1", offers[3].RunId);

        Assert.Equal(200, (cap switch
        {
            "lane" => await People.EditLaneAsync("shell", """{"maxActive":1,"reason":"nights"}"""),
            "board" => await People.EditBoardAsync("main", """{"maxActive":1}"""),
            "all" => await People.EditPoolAsync("all", """{"capacity":1}"""),
            _ => await People.EditPoolAsync("vllm-a", """{"capacity":1}"""),
        }).Status);

        var runs = await Task.WhenAll(offers.Select(o => Store.RunAsync(o.RunId)));
        Assert.Equal([RunState.Withdrawn, RunState.Withdrawn, RunState.Withdrawn, RunState.Running], runs.Select(r => r.StateName));
        Assert.Equal(why, runs[2].Reason);
        Assert.Equal(Status.Ready, runs[0].Task.Status);
        Assert.Empty(await Store.AdmitAsync());
    }

    [Fact]
    public async Task A_cap_lowered_by_one_takes_back_the_offer_of_the_last_in_line_alone()
    {
        await Store.AddPoolAsync("vllm-a", 3);
        await People.EditLaneAsync("shell", """{"draws":{"vllm-a":1}}""");
        await Store.AddWorkerAsync("w1", "shell=9");
        for (var i = 0; i < 3; i++)
            await CreateAsync("t");
        var offers = await Store.AdmitAsync();

        await People.EditPoolAsync("vllm-a", """{"capacity":2}""");

        Assert.Equal(["Offered", "Offered", "Withdrawn"], (await Task.WhenAll(offers.OrderBy(o => o.TaskKey, StringComparer.Ordinal).Select(o => Store.RunAsync(o.RunId)))).Select(r => r.State));
    }

    [Fact]
    public async Task A_cap_that_sinks_by_itself_takes_its_offers_back_at_the_next_tick()
    {
        await Store.AddWorkerAsync("w1", "shell=9");
        await CreateAsync("t");
        var offer = Assert.Single(await Store.AdmitAsync());

        await Store.UseAsync((Board.Storage.BoardDbContext db) => db.Pools.Where(p => p.Name == "all").ExecuteUpdateAsync(set => set.SetProperty(p => p.Capacity, 0)));
        await Store.UseAsync(async s =>
        {
            await s.GetRequiredService<Board.Admission.AdmissionPass>().WithdrawStrandedAsync(default);
            return true;
        });

        Assert.Equal(RunState.Withdrawn, (await Store.RunAsync(offer.RunId)).StateName);
    }

    [Fact]
    public async Task A_lane_says_which_cap_binds()
    {
        await Store.AddPoolAsync("vllm-a", 1);
        await People.EditLaneAsync("shell", """{"draws":{"vllm-a":1},"maxActive":5}""");
        Assert.Equal((5, CapSource.Configured, null), await BindsAsync());
        await StartAsync((await CreateAsync("t")).Key);

        Assert.Equal((5, CapSource.Configured, "1 of 1 units of pool vllm-a are drawn"), await BindsAsync());

        async Task<(int?, CapSource, string?)> BindsAsync() =>
            (await People.ShowLaneAsync("shell")).Value<LaneView>() is var lane ? (lane.Limit, lane.Source, lane.Binds) : default;
    }

    [Fact]
    public async Task A_claim_on_a_full_host_is_refused_and_its_run_offered_again()
    {
        await Store.AddPoolAsync("host:gpu-1", 1);
        await Store.AddWorkerAsync("w1", "shell=4", host: "gpu-1");
        await Store.AddWorkerAsync("w2", "shell=4", host: "gpu-2");
        for (var i = 0; i < 3; i++)
            await CreateAsync("t");
        var offers = await Store.AdmitAsync();
        Assert.Equal(3, offers.Count);
        await Store.UseAsync((Board.Storage.BoardDbContext db) => db.Runs.ExecuteUpdateAsync(set => set.SetProperty(r => r.PublishedAt, r => r.OfferedAt)));

        var claims = new[] { await Store.ClaimAsync("w1", offers[0].RunId), await Store.ClaimAsync("w1", offers[1].RunId) };

        Assert.Equal([null, ClaimRefusal.HostFull], claims.Select(c => c.Refused));
        var refused = await Store.RunAsync(offers[1].RunId);
        Assert.Equal((RunState.Offered, null), (refused.StateName, refused.PublishedAt));
        Assert.NotNull((await Store.ClaimAsync("w2", offers[1].RunId)).Grant);
        Assert.NotNull((await Store.ClaimAsync("w1", offers[0].RunId)).Grant);
    }

    [Fact]
    public async Task The_ledger_is_what_live_runs_draw_through_every_way_a_run_can_end()
    {
        await Store.AddPoolAsync("vllm-a", 20);
        await Store.AddPoolAsync("host:host-1", 20);
        await People.EditLaneAsync("shell", """{"draws":{"vllm-a":2},"maxActive":20,"retry":"never"}""");
        await Store.AddWorkerAsync("w1", "shell=9");
        for (var i = 0; i < 8; i++)
            await CreateAsync("t");
        var runs = (await Store.AdmitAsync()).Select(o => o.RunId).ToList();
        foreach (var run in runs.Take(6))
            await Store.ClaimAsync("w1", run);
        await Store.FinishAsync("w1", new FinishItem(runs[0], 1, Outcome.Succeeded));
        await Store.FinishAsync("w1", new FinishItem(runs[1], 1, Outcome.Failed, "exit 1"));
        await Store.FinishAsync("w1", new FinishItem(runs[2], 1, Outcome.Released));
        await Store.SendAsync(new Board.Runs.LoseRun(runs[3], "gone", await Store.NowAsync()));
        await Store.SendAsync(new Board.Runs.StopRun(runs[4], "not wanted", "key:test", await Store.NowAsync()));
        await Store.SendAsync(new Board.Runs.WithdrawOffer(runs[6], "moved", "key:test", await Store.NowAsync()));

        var ledger = await People.LedgerAsync();

        Assert.Empty(ledger.Faults);
        Assert.Equal([("lane shell", 3, 1), ("host host-1", 2, 0), ("pool vllm-a", 6, 2)], ledger.Caps.Select(c => (c.Cap, c.Used, c.Offered)));
    }

    [Fact]
    public async Task A_run_that_its_task_does_not_know_is_found()
    {
        await StartAsync((await CreateAsync("t")).Key);
        Assert.Empty((await People.LedgerAsync()).Faults);

        await Store.UseAsync((Board.Storage.BoardDbContext db) => db.Tasks.ExecuteUpdateAsync(set => set.SetProperty(t => t.LiveRunId, (Guid?)null)));

        Assert.Equal(["main-1: run 1 is live, and its task does not know it"], (await People.LedgerAsync()).Faults);
    }
}
