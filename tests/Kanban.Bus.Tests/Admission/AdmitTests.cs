using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Admission;

/// <summary>The decision alone: what is offered, in which order, and why the rest waits.</summary>
public sealed class AdmitTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Higher_priority_goes_first_and_then_the_older_task()
    {
        var snapshot = World(workers: [Worker("w", "shell=2")], ready: [Task(1), Task(2, priority: 5), Task(3, priority: 5), Task(4)]);

        Assert.Equal(["main-2", "main-3"], Offered(snapshot));
    }

    [Fact]
    public void A_lane_is_never_filled_beyond_its_cap()
    {
        var snapshot = World(lanes: [Lane("shell", cap: 3)], workers: [Worker("w", "shell=64")],
            live: [Live("shell", "w", 1), Live("shell", null, 1)], ready: [Task(1), Task(2), Task(3)]);

        var decision = Admit.Decide(snapshot);

        Assert.Equal(["main-1"], decision.Offers.Select(t => t.Key));
        Assert.All(decision.Waits.Values, w => Assert.Equal(new Wait(WaitCode.LaneCap, "lane shell is full: 3 of 3 runs are active"), w));
    }

    [Fact]
    public void A_lowered_cap_offers_nothing_until_the_lane_is_under_it()
    {
        var snapshot = World(lanes: [Lane("shell", cap: 3)], workers: [Worker("w", "shell=64")], live: [Live("shell", "w", 10)], ready: [Task(1)]);

        Assert.Empty(Offered(snapshot));
    }

    [Fact]
    public void A_full_board_does_not_hold_up_the_tasks_of_another()
    {
        var snapshot = World(workers: [Worker("w", "shell=9")], live: [Live("shell", "w", 2)], ready: [Task(1), Task(2, board: "web")],
            boardCaps: new Dictionary<string, int?> { ["main"] = 2 });

        var decision = Admit.Decide(snapshot);

        Assert.Equal(["web-2"], decision.Offers.Select(t => t.Key));
        Assert.Equal(WaitCode.BoardCap, Assert.Single(decision.Waits).Value.Code);
    }

    [Fact]
    public void The_global_cap_holds_over_lanes()
    {
        var snapshot = World(lanes: [Lane("shell"), Lane("gpu")], workers: [Worker("w", "shell=9 gpu=9")], live: [Live("gpu", "w", 1)],
            ready: [Task(1), Task(2), Task(3, lane: "gpu")], maxActive: 2);

        var decision = Admit.Decide(snapshot);

        Assert.Equal(["main-1"], decision.Offers.Select(t => t.Key));
        Assert.All(decision.Waits.Values, w => Assert.Equal(WaitCode.GlobalCap, w.Code));
    }

    [Fact]
    public void Offers_are_bounded_by_free_slots_and_count_those_not_claimed_yet()
    {
        var snapshot = World(workers: [Worker("w", "shell=3")], live: [Live("shell", "w", 1), Live("shell", null, 1)], ready: [Task(1), Task(2)]);

        var decision = Admit.Decide(snapshot);

        Assert.Single(decision.Offers);
        Assert.Equal(new Wait(WaitCode.NoSlot, "all 3 slots of lane shell on w are taken"), Assert.Single(decision.Waits).Value);
    }

    [Fact]
    public void Look_ahead_is_counted_per_queue()
    {
        var snapshot = World(workers: [Worker("w", "shell=1")], live: [Live("shell", "w", 1)], ready: [Task(1), Task(2), Task(3)]) with { LookAhead = 2 };

        Assert.Equal(["main-1", "main-2"], Offered(snapshot));
    }

    [Fact]
    public void Constraints_are_looked_past_and_named()
    {
        var snapshot = World(
            workers: [Worker("a", "shell=1"), Worker("b", "shell=1"), Worker("c", "shell=1", takesWork: false, capabilities: ["cuda"])],
            ready: [Task(1, needs: "cuda"), Task(2, host: "far"), Task(3)]);

        var decision = Admit.Decide(snapshot);

        Assert.Equal(["main-3"], decision.Offers.Select(t => t.Key));
        Assert.Equal("0 of 3 workers fit: 2 lack cuda, 1 draining", decision.Waits[Id(1)].Reason);
        Assert.Equal("0 of 3 workers fit: 3 on other hosts than far", decision.Waits[Id(2)].Reason);
    }

    [Fact]
    public void The_plain_worker_is_used_first_so_that_the_rare_one_stays_free()
    {
        var snapshot = World(workers: [Worker("gpu", "shell=1", capabilities: ["cuda"]), Worker("plain", "shell=1")], ready: [Task(1), Task(2, needs: "cuda")]);

        Assert.Equal(["main-1", "main-2"], Offered(snapshot));
    }

    [Fact]
    public void A_paused_lane_and_a_lane_with_a_broken_queue_say_so()
    {
        var snapshot = World(lanes: [Lane("shell") with { Paused = true, PausedReason = "quota" }, Lane("gpu") with { Problem = "queue kanban.lane.gpu is classic" }],
            workers: [Worker("w", "shell=9 gpu=9")], ready: [Task(1), Task(2, lane: "gpu")]);

        var decision = Admit.Decide(snapshot);

        Assert.Empty(decision.Offers);
        Assert.Equal(new Wait(WaitCode.LanePaused, "lane shell is paused: quota"), decision.Waits[Id(1)]);
        Assert.Equal(new Wait(WaitCode.LaneProblem, "queue kanban.lane.gpu is classic"), decision.Waits[Id(2)]);
    }

    [Fact]
    public void A_worker_without_the_lanes_profile_does_not_fit()
    {
        var snapshot = World(lanes: [Lane("shell") with { Profile = "codex" }], workers: [Worker("w", "shell=1")], ready: [Task(1)]);

        Assert.Equal("0 of 1 workers fit: 1 lack profile codex", Assert.Single(Admit.Decide(snapshot).Waits).Value.Reason);
    }

    [Fact]
    public void No_cap_is_passed_and_no_task_is_forgotten_whatever_the_world()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var snapshot = RandomWorld(random);

            var decision = Admit.Decide(snapshot);

            Assert.Equal(snapshot.Ready.Count, decision.Offers.Count + decision.Waits.Count);
            Assert.Empty(decision.Offers.Select(t => t.Id).Intersect(decision.Waits.Keys));
            AssertUnder(snapshot.MaxActive, snapshot.Live.Sum(l => l.Count), decision.Offers.Count);
            foreach (var lane in snapshot.Lanes.Values)
                AssertUnder(lane.Cap, snapshot.Live.Where(l => l.Lane == lane.Name).Sum(l => l.Count), decision.Offers.Count(t => t.Lane == lane.Name));
            foreach (var (board, cap) in snapshot.BoardCaps)
                AssertUnder(cap, snapshot.Live.Where(l => l.Board == board).Sum(l => l.Count), decision.Offers.Count(t => t.Board == board));
        }
    }

    /// <summary>At the cap or under it after the decision, or above it before and nothing added.</summary>
    private static void AssertUnder(int? cap, int live, int offered) => Assert.True(cap is null || offered == 0 || live + offered <= cap, $"{live} live and {offered} offered pass the cap of {cap}");

    private static Snapshot RandomWorld(Random random)
    {
        string[] lanes = ["a", "b", "c"];
        string[] boards = ["main", "web"];
        string[] needs = ["", "cuda", "docker"];
        string Any(string[] of) => of[random.Next(of.Length)];
        int? Cap() => random.Next(3) == 0 ? null : random.Next(6);
        var workers = Enumerable.Range(0, random.Next(5)).Select(i =>
            Worker($"w{i}", string.Join(' ', lanes.Select(l => $"{l}={random.Next(1, 5)}")), random.Next(4) > 0, [.. needs.Skip(1).Where(_ => random.Next(2) == 0)])).ToList();
        return World(
            [.. lanes.Select(l => Lane(l, Cap()) with { Paused = random.Next(6) == 0 })],
            workers,
            [.. Enumerable.Range(0, random.Next(8)).Select(_ => Live(Any(lanes), workers.Count > 0 && random.Next(2) == 0 ? workers[random.Next(workers.Count)].Id : null, random.Next(1, 3), Any(boards)))],
            [.. Enumerable.Range(1, random.Next(40)).Select(i => Task(i, Any(lanes), random.Next(3), Any(boards), needs: Any(needs)))],
            Cap(),
            boards.ToDictionary(b => b, _ => Cap()));
    }

    private static IEnumerable<string> Offered(Snapshot snapshot) => Admit.Decide(snapshot).Offers.Select(t => t.Key);

    private static Snapshot World(
        IReadOnlyList<LaneRow>? lanes = null, IReadOnlyList<FleetMember>? workers = null, IReadOnlyList<LiveRuns>? live = null,
        IReadOnlyList<ReadyTask>? ready = null, int? maxActive = null, IReadOnlyDictionary<string, int?>? boardCaps = null) => new(
        maxActive, 0, (lanes ?? [Lane("shell")]).ToDictionary(l => l.Name), boardCaps ?? new Dictionary<string, int?>(), workers ?? [], live ?? [],
        [.. (ready ?? []).OrderByDescending(t => t.Priority).ThenBy(t => t.ReadyAt)]);

    private static LaneRow Lane(string name, int? cap = null) => new(name, cap, false, null, "shell", null);

    private static LiveRuns Live(string lane, string? worker, int count, string board = "main") => new(lane, board, "", null, "", worker, count);

    private static FleetMember Worker(string id, string lanes, bool takesWork = true, string[]? capabilities = null) => new(
        id, "host-" + id, takesWork, new HashSet<string> { "shell" }, capabilities ?? [],
        lanes.Split(' ').Select(l => l.Split('=')).ToDictionary(l => l[0], l => int.Parse(l[1], System.Globalization.CultureInfo.InvariantCulture)));

    private static ReadyTask Task(int number, string lane = "shell", int priority = 0, string board = "main", string? host = null, string needs = "") =>
        new(Id(number), $"{board}-{number}", board, lane, RequirementSet.Of(host, needs), host, needs, priority, Start.AddSeconds(number));

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);
}
