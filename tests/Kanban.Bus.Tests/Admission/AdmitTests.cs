using Kanban.Bus.Board.Admission;
using Kanban.Bus.Contracts;
using static Kanban.Bus.Tests.Admission.Worlds;

namespace Kanban.Bus.Tests.Admission;

/// <summary>The decision alone: what is offered, in which order, and why the rest waits.</summary>
public sealed class AdmitTests
{
    [Fact]
    public void Of_tasks_of_like_age_the_higher_priority_goes_first_and_then_the_older_task()
    {
        var snapshot = World(workers: [Member("w", "shell=2")], ready: [Task(1), Task(2, priority: 5), Task(3, priority: 5), Task(4)]);

        Assert.Equal(["main-2", "main-3"], Offered(snapshot));
    }

    [Fact]
    public void A_lane_is_never_filled_beyond_its_cap()
    {
        var snapshot = World(caps: [new(CapKey.Lane("shell"), 3)], workers: [Member("w", "shell=64")],
            live: [Live("shell", "w", 1), Live("shell", null, 1)], ready: [Task(1), Task(2), Task(3)]);

        var decision = Admit.Decide(snapshot);

        Assert.Equal(["main-1"], decision.Offers.Select(p => p.Task.Key));
        Assert.All(decision.Waits.Values, w => Assert.Equal(new Wait(WaitCode.LaneCap, "lane shell is full: 3 of 3 runs are active", CapKey.Lane("shell")), w));
    }

    [Fact]
    public void A_lowered_cap_offers_nothing_until_the_lane_is_under_it()
    {
        var snapshot = World(caps: [new(CapKey.Lane("shell"), 3)], workers: [Member("w", "shell=64")], live: [Live("shell", "w", 10)], ready: [Task(1)]);

        Assert.Empty(Offered(snapshot));
    }

    [Fact]
    public void A_full_board_does_not_hold_up_the_tasks_of_another()
    {
        var snapshot = World(workers: [Member("w", "shell=9")], live: [Live("shell", "w", 2)], ready: [Task(1), Task(2, board: "web")],
            caps: [new(CapKey.Board("main"), 2)]);

        var decision = Admit.Decide(snapshot);

        Assert.Equal(["web-2"], decision.Offers.Select(p => p.Task.Key));
        Assert.Equal(WaitCode.BoardCap, Assert.Single(decision.Waits).Value.Code);
    }

    [Fact]
    public void The_global_cap_holds_over_lanes()
    {
        var snapshot = World(lanes: [Lane("shell"), Lane("gpu")], workers: [Member("w", "shell=9 gpu=9")], live: [Live("gpu", "w", 1)],
            ready: [Task(1), Task(2), Task(3, lane: "gpu")], caps: [new(CapKey.Everything, 2)]);

        var decision = Admit.Decide(snapshot);

        Assert.Equal(["main-1"], decision.Offers.Select(p => p.Task.Key));
        Assert.All(decision.Waits.Values, w => Assert.Equal(WaitCode.GlobalCap, w.Code));
    }

    [Fact]
    public void Offers_are_bounded_by_free_slots_and_count_those_not_claimed_yet()
    {
        var snapshot = World(workers: [Member("w", "shell=3")], live: [Live("shell", "w", 1), Live("shell", null, 1)], ready: [Task(1), Task(2)]);

        var decision = Admit.Decide(snapshot);

        Assert.Single(decision.Offers);
        Assert.Equal(new Wait(WaitCode.NoSlot, "all 3 slots of lane shell on w are taken"), Assert.Single(decision.Waits).Value);
    }

    [Fact]
    public void Look_ahead_is_counted_per_queue()
    {
        var snapshot = World(workers: [Member("w", "shell=1")], live: [Live("shell", "w", 1)], ready: [Task(1), Task(2), Task(3)]) with { LookAhead = 2 };

        Assert.Equal(["main-1", "main-2"], Offered(snapshot));
    }

    [Fact]
    public void Constraints_are_looked_past_and_named()
    {
        var snapshot = World(
            workers: [Member("a", "shell=1"), Member("b", "shell=1"), Member("c", "shell=1", takesWork: false, capabilities: ["cuda"])],
            ready: [Task(1, needs: "cuda"), Task(2, host: "far"), Task(3)]);

        var decision = Admit.Decide(snapshot);

        Assert.Equal(["main-3"], decision.Offers.Select(p => p.Task.Key));
        Assert.Equal("0 of 3 workers fit: 2 lack cuda, 1 draining", decision.Waits[Id(1)].Reason);
        Assert.Equal("0 of 3 workers fit: 3 on other hosts than far", decision.Waits[Id(2)].Reason);
    }

    [Fact]
    public void The_plain_worker_is_used_first_so_that_the_rare_one_stays_free()
    {
        var snapshot = World(workers: [Member("gpu", "shell=1", capabilities: ["cuda"]), Member("plain", "shell=1")], ready: [Task(1), Task(2, needs: "cuda")]);

        Assert.Equal(["main-1", "main-2"], Offered(snapshot));
    }

    [Fact]
    public void A_paused_lane_and_a_lane_with_a_broken_queue_say_so()
    {
        var snapshot = World(lanes: [Lane("shell"), Lane("gpu") with { Problem = "queue kanban.lane.gpu is classic" }],
            caps: [new(CapKey.Lane("shell"), null, Paused: true, PausedReason: "quota")], workers: [Member("w", "shell=9 gpu=9")], ready: [Task(1), Task(2, lane: "gpu")]);

        var decision = Admit.Decide(snapshot);

        Assert.Empty(decision.Offers);
        Assert.Equal(new Wait(WaitCode.LanePaused, "lane shell is paused: quota", CapKey.Lane("shell")), decision.Waits[Id(1)]);
        Assert.Equal(new Wait(WaitCode.LaneProblem, "queue kanban.lane.gpu is classic"), decision.Waits[Id(2)]);
    }

    [Fact]
    public void A_worker_without_the_lanes_profile_does_not_fit()
    {
        var snapshot = World(lanes: [Lane("shell") with { Profile = "codex" }], workers: [Member("w", "shell=1")], ready: [Task(1)]);

        Assert.Equal("0 of 1 workers fit: 1 lacks profile codex", Assert.Single(Admit.Decide(snapshot).Waits).Value.Reason);
    }
}
