using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Simulation;
using Kanban.Bus.Tests.Admission;

namespace Kanban.Bus.Tests.Simulation;

/// <summary>A replay is the real decision on a clock that jumps: what it says of other caps can be reckoned by hand in small worlds.</summary>
public sealed class ReplayTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly Dictionary<string, int> DrawsOne = new() { ["vllm-a"] = 1 };

    [Fact]
    public void Four_runs_of_ten_minutes_wait_as_long_as_the_units_say()
    {
        var runs = Runs(4, every: TimeSpan.Zero);

        Assert.Equal((0, 0, 0), Waits(World(units: 4), runs));
        Assert.Equal((0, 600, 600), Waits(World(units: 2), runs));
        Assert.Equal((600, 1800, 1800), Waits(World(units: 1), runs));
    }

    [Fact]
    public void Slots_bind_where_caps_do_not()
    {
        Assert.Equal((0, 600, 600), Waits(World(units: 9, slots: 2), Runs(4, every: TimeSpan.Zero)));
    }

    [Fact]
    public void Work_that_arrives_while_a_window_is_closed_waits_until_it_opens()
    {
        var opens = Start + TimeSpan.FromHours(1);
        var world = World(units: 9) with
        {
            CapsAt = at => Caps(at < opens ? 0 : 9, until: at < opens ? opens : null),
        };

        Assert.Equal((3600, 3600, 3600), Waits(world, Runs(3, every: TimeSpan.Zero)));
    }

    [Fact]
    public void What_ran_already_when_the_replay_begins_holds_its_unit_until_it_ends()
    {
        var worker = Worker(4);
        List<PastRun> runs = [new(Task(99), Start, TimeSpan.FromMinutes(5), worker), .. Runs(1, every: TimeSpan.Zero)];

        Assert.Equal((300, 300, 300), Waits(World(units: 1), runs));
    }

    [Fact]
    public void What_no_cap_lets_start_is_counted_as_never_started()
    {
        var waits = Replay.Of(World(units: 0), Start, Runs(3, every: TimeSpan.FromMinutes(1)), default).View(TimeSpan.FromMinutes(5)).Waits;

        Assert.Equal((0, 3, 3), (waits.Started, waits.NeverStarted, waits.Starved));
    }

    [Fact]
    public void The_use_of_a_cap_is_told_over_the_time_it_took()
    {
        var view = Replay.Of(World(units: 2), Start, Runs(4, every: TimeSpan.Zero), default).View(TimeSpan.FromMinutes(5));

        var cap = Assert.Single(view.Caps);
        Assert.Equal(("pool vllm-a", 2, 2, 2.0, 100.0), (cap.Cap, cap.Limit, cap.Peak, cap.MeanUsed, cap.FullPercent));
        Assert.Equal(2, view.Waits.Starved);
    }

    private static (double?, double?, double?) Waits(World world, List<PastRun> runs)
    {
        var waits = Replay.Of(world, Start, runs, default).View(TimeSpan.FromMinutes(5)).Waits;
        Assert.Equal(runs.Count(r => r.Worker is null), waits.Started);
        return (waits.P50Seconds, waits.P95Seconds, waits.MaxSeconds);
    }

    private static List<PastRun> Runs(int count, TimeSpan every) =>
        [.. Enumerable.Range(0, count).Select(i => new PastRun(Task(i), Start + i * every, TimeSpan.FromMinutes(10)))];

    private static ReadyTask Task(int i) => new(new Guid(i, 0, 0, new byte[8]), $"web-{i}", "web", "codex", "", null, "", Start);

    private static World World(int units, int slots = 9) => new(
        new Dictionary<string, LaneRow> { ["codex"] = new("codex", "shell", DrawsOne, null) }, [Worker(slots)], OrderRules.None, _ => Caps(units));

    private static FleetMember Worker(int slots) => Worlds.Member("w1", $"codex={slots}");

    private static Dictionary<CapKey, Cap> Caps(int units, DateTimeOffset? until = null) => new()
    {
        [CapKey.Pool("vllm-a")] = new(CapKey.Pool("vllm-a"), units, Window: until is null ? null : new(units, null, Start, until, 9, TimeZoneInfo.Utc)),
    };
}
