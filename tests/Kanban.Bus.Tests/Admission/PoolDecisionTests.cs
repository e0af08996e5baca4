using Kanban.Bus.Board.Admission;
using Kanban.Bus.Contracts;
using static Kanban.Bus.Tests.Admission.Worlds;

namespace Kanban.Bus.Tests.Admission;

/// <summary>The decision alone, over pools and hosts: units are drawn all or nothing, and never beyond a cap.</summary>
public sealed class PoolDecisionTests
{
    [Fact]
    public void Lanes_share_a_pool_and_never_draw_more_than_it_has()
    {
        var snapshot = World([Lane("codex", "vllm=2"), Lane("etl", "vllm=1")], [Member("w", "codex=9 etl=9")], [Live("codex", "w", 1, draws: "vllm=2")],
            [Task(1, "codex"), Task(2, "codex"), Task(3, "etl"), Task(4, "etl")], [new(CapKey.Pool("vllm"), 5)]);

        var decision = Admit.Decide(snapshot);

        Assert.Equal([("main-1", "vllm=2"), ("main-3", "vllm=1")], decision.Offers.Select(p => (p.Task.Key, p.Draws)));
        Assert.Equal(new Wait(WaitCode.PoolCap, "4 of 5 units of pool vllm are drawn, and it draws 2", CapKey.Pool("vllm")), decision.Waits[Id(2)]);
        Assert.Equal(new Wait(WaitCode.PoolCap, "5 of 5 units of pool vllm are drawn", CapKey.Pool("vllm")), decision.Waits[Id(4)]);
    }

    [Fact]
    public void A_task_that_lacks_one_of_its_pools_draws_nothing_of_the_others()
    {
        var snapshot = World([Lane("shell", "acct=1,vllm=1")], [Member("w", "shell=9")], ready: [Task(1, draws: "gpu=1"), Task(2), Task(3)],
            caps: [new(CapKey.Pool("acct"), 2), new(CapKey.Pool("vllm"), 2), new(CapKey.Pool("gpu"), 0)]);

        Assert.Equal(["main-2", "main-3"], Offered(snapshot));
    }

    [Fact]
    public void What_a_task_says_of_a_pool_counts_before_what_its_lane_says()
    {
        var snapshot = World([Lane("shell", "vllm=1,acct=1")], [Member("w", "shell=9")], ready: [Task(1, draws: "vllm=3")], caps: [new(CapKey.Pool("vllm"), 3), new(CapKey.Pool("acct"), 1)]);

        Assert.Equal("acct=1,vllm=3", Assert.Single(Admit.Decide(snapshot).Offers).Draws);
    }

    [Fact]
    public void Runs_hold_what_they_were_admitted_with_whatever_their_lane_draws_now()
    {
        var snapshot = World([Lane("shell"), Lane("etl", "vllm=1")], [Member("w", "shell=9 etl=9")], [Live("shell", "w", 2, draws: "vllm=1")],
            [Task(1, "etl"), Task(2)], [new(CapKey.Pool("vllm"), 2)]);

        Assert.Equal(["main-2"], Offered(snapshot));
    }

    [Fact]
    public void A_task_that_draws_more_than_a_pool_ever_has_says_so()
    {
        var snapshot = World(workers: [Member("w", "shell=9")], ready: [Task(1, draws: "vllm=4")], caps: [new(CapKey.Pool("vllm"), 3)]);

        Assert.Equal("it draws 4 units of pool vllm, which has 3", Admit.Decide(snapshot).Waits[Id(1)].Reason);
    }

    [Fact]
    public void A_paused_pool_holds_those_that_draw_from_it_and_a_pause_of_everything_holds_all()
    {
        Cap Paused(CapKey key) => new(key, 9, Paused: true, PausedReason: "quota");
        var snapshot = World([Lane("shell", "vllm=1"), Lane("etl")], [Member("w", "shell=9 etl=9")], ready: [Task(1), Task(2, "etl")]);

        var some = Admit.Decide(snapshot with { Caps = new Dictionary<CapKey, Cap> { [CapKey.Pool("vllm")] = Paused(CapKey.Pool("vllm")) } });
        var all = Admit.Decide(snapshot with { Caps = new Dictionary<CapKey, Cap> { [CapKey.Everything] = Paused(CapKey.Everything) } });

        Assert.Equal(["main-2"], some.Offers.Select(p => p.Task.Key));
        Assert.Equal((WaitCode.PoolPaused, "pool vllm is paused: quota"), (some.Waits[Id(1)].Code, some.Waits[Id(1)].Reason));
        Assert.Empty(all.Offers);
        Assert.All(all.Waits.Values, w => Assert.Equal((WaitCode.AllPaused, "all work is paused: quota"), (w.Code, w.Reason)));
    }

    [Fact]
    public void A_full_host_gets_nothing_and_the_slots_of_others_are_used()
    {
        var snapshot = World(workers: [Member("a", "shell=9", host: "gpu-1"), Member("b", "shell=2", host: "gpu-2")], live: [Live("shell", "a", 1) with { HeldOn = "gpu-1" }],
            ready: [Task(1, host: "gpu-1"), Task(2, host: "gpu-1"), Task(3), Task(4), Task(5)], caps: [new(CapKey.Host("gpu-1"), 2)]);

        var decision = Admit.Decide(snapshot);

        Assert.Equal(["main-1", "main-3", "main-4"], decision.Offers.Select(p => p.Task.Key));
        Assert.All([Id(2), Id(5)], id => Assert.Equal(new Wait(WaitCode.HostCap, "host gpu-1 is full: 2 of 2 runs are active", CapKey.Host("gpu-1")), decision.Waits[id]));
    }

    [Fact]
    public void An_offer_that_nobody_has_claimed_counts_for_a_unit_of_the_host_it_may_go_to()
    {
        var snapshot = World(workers: [Member("a", "shell=9", host: "gpu-1")], live: [Live("shell", null, 1), Live("shell", null, 1, host: "gpu-1")],
            ready: [Task(1), Task(2)], caps: [new(CapKey.Host("gpu-1"), 3)]);

        Assert.Equal(["main-1"], Offered(snapshot));
    }

    [Fact]
    public void Offers_above_a_cap_are_in_excess_and_no_more_than_brings_it_under()
    {
        var snapshot = World([Lane("shell"), Lane("etl")], live: [Live("shell", "w", 2, draws: "vllm=1"), Live("shell", null, 3, draws: "vllm=1"), Live("etl", null, 2, draws: "gpu=1,vllm=2")],
            caps: [new(CapKey.Pool("vllm"), 5), new(CapKey.Pool("gpu"), 1)]);

        Assert.Equal([("shell", 3, "9 of 5 units of pool vllm are drawn"), ("etl", 1, "2 of 1 units of pool gpu are drawn")],
            Admit.Excess(snapshot).Select(e => (e.Offers.Lane, e.Count, e.Why.Reason)));
        Assert.Empty(Admit.Excess(snapshot with { Caps = new Dictionary<CapKey, Cap> { [CapKey.Pool("vllm")] = new(CapKey.Pool("vllm"), 9) } }));
    }
}
