using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Contracts;
using static Kanban.Bus.Tests.Admission.Worlds;

namespace Kanban.Bus.Tests.Admission;

/// <summary>The decision alone: what is offered, in which order, and why the rest waits.</summary>
public sealed class AdmitTests
{
    [Fact]
    public void Higher_priority_goes_first_and_then_the_older_task()
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

        Assert.Equal("0 of 1 workers fit: 1 lack profile codex", Assert.Single(Admit.Decide(snapshot).Waits).Value.Reason);
    }

    [Fact]
    public void No_cap_is_passed_and_no_task_is_forgotten_whatever_the_world()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var snapshot = RandomWorld(new Random(seed));

            var decision = Admit.Decide(snapshot);

            Assert.Equal(snapshot.Ready.Count, decision.Offers.Count + decision.Waits.Count);
            Assert.Empty(decision.Offers.Select(p => p.Task.Id).Intersect(decision.Waits.Keys));
            foreach (var cap in snapshot.Caps.Values)
            {
                var (live, offered) = (snapshot.Live.Sum(l => l.Count * Units(cap.Key, l.Lane, l.Board, l.HeldOn ?? l.Host, l.Draws)),
                    decision.Offers.Sum(p => Units(cap.Key, p.Task.Lane, p.Task.Board, p.Task.Host, p.Draws)));
                // At the cap or under it after the decision, or above it before and nothing added.
                Assert.True(offered == 0 || !cap.Paused && !(live + offered > cap.Limit), $"seed {seed}: {live} live and {offered} offered pass {cap}");
            }
        }
    }

    private static int Units(CapKey cap, string lane, string board, string? host, string draws) => cap.Kind switch
    {
        CapKind.Global => 1,
        CapKind.Lane => cap.Name == lane ? 1 : 0,
        CapKind.Board => cap.Name == board ? 1 : 0,
        CapKind.Host => cap.Name == host ? 1 : 0,
        _ => Draws.Read(draws).GetValueOrDefault(cap.Name),
    };

    private static Snapshot RandomWorld(Random random)
    {
        string[] lanes = ["a", "b", "c"];
        string[] boards = ["main", "web"];
        string[] needs = ["", "cuda", "docker"];
        string[] draws = ["", "p=1", "p=1,q=2", "q=3"];
        string Any(string[] of) => of[random.Next(of.Length)];
        string? Host() => random.Next(4) == 0 ? "host-w0" : null;
        var workers = Enumerable.Range(0, random.Next(5)).Select(i =>
            Member($"w{i}", string.Join(' ', lanes.Select(l => $"{l}={random.Next(1, 5)}")), random.Next(4) > 0, [.. needs.Skip(1).Where(_ => random.Next(2) == 0)])).ToList();
        CapKey[] capped = [CapKey.Everything, .. lanes.Select(CapKey.Lane), .. boards.Select(CapKey.Board), CapKey.Host("host-w0"), CapKey.Pool("p"), CapKey.Pool("q")];
        return World(
            [.. lanes.Select(l => Lane(l, Any(draws)))],
            workers,
            [.. Enumerable.Range(0, random.Next(8)).Select(_ => Live(Any(lanes), workers.Count > 0 && random.Next(2) == 0 ? workers[random.Next(workers.Count)].Id : null, random.Next(1, 3), Any(boards), Any(draws)))],
            [.. Enumerable.Range(1, random.Next(40)).Select(i => Task(i, Any(lanes), random.Next(3), Any(boards), Host(), Any(needs), Any(draws)))],
            [.. capped.Where(_ => random.Next(3) > 0).Select(c => new Cap(c, random.Next(12), Paused: random.Next(12) == 0))]);
    }
}
