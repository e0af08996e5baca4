namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>An oracle that sees nothing would let every fault test pass: each broken promise, made up by hand, is seen.</summary>
public sealed class JudgementTests
{
    private static readonly Guid One = Guid.CreateVersion7();
    private static readonly Guid Two = Guid.CreateVersion7();

    /// <summary>A run that is lost after another has been granted nothing, and a second that ends the task.</summary>
    private static readonly AuditRow[] Good =
    [
        Task(null, "ready"), Run(One, null, "Offered", 0), Run(One, "Offered", "Running", 1), Task("ready", "running", 1), Run(One, "Running", "Lost", 1), Task("running", "ready", 1),
        Run(Two, null, "Offered", 0), Run(Two, "Offered", "Running", 2), Task("ready", "running", 2), Run(Two, "Running", "Succeeded", 2), Task("running", "done", 2),
    ];

    private static readonly WitnessLine[] Said = [Line(One, 1, "start"), Line(One, 1, "tick"), Line(One, 1, "dead"), Line(Two, 2, "start"), Line(Two, 2, "end")];

    [Fact]
    public void A_lost_run_and_its_successor_break_nothing() => Assert.Empty(Broken(Good, Said));

    [Fact]
    public void A_lost_run_may_go_on() => Assert.Empty(Broken(
        [Task(null, "running", 1), Run(One, null, "Running", 1), Run(One, "Running", "Lost", 1), Run(One, "Lost", "Running", 1), Run(One, "Running", "Succeeded", 1), Task("running", "done", 1)],
        [Line(One, 1, "start"), Line(One, 1, "end")], One));

    [Fact]
    public void An_end_that_does_not_last_is_seen() => Sees([.. Good, Task("done", "ready", 2)], Said, "web-1 had ended and went on: web-1 task done → ready token 2.");

    [Fact]
    public void A_second_end_is_seen() => Sees([.. Good, Task("running", "failed", 2)], Said, "web-1 ended more than once.");

    [Fact]
    public void A_run_that_comes_back_is_seen() => Sees([.. Good, Run(Two, "Succeeded", "Running", 2)], Said, "A run of web-1 had ended and went on: web-1 run Succeeded → Running token 2 on w1.");

    [Fact]
    public void Two_accepted_results_are_seen() => Sees([.. Good, Run(One, "Lost", "Succeeded", 1)], Said, "web-1 has 2 accepted results.");

    [Fact]
    public void A_token_that_does_not_rise_is_seen() => Sees([.. Good, Run(Guid.CreateVersion7(), "Offered", "Running", 2)], Said, "The tokens of web-1 do not rise: 2 after 2.");

    [Fact]
    public void A_lane_over_its_cap_is_seen() =>
        Sees([.. Good[..1], Good[1] with { LiveInLane = 4 }, .. Good[2..]], Said, "Lane work held 4 units over its cap of 3: web-1 run · → Offered token 0 on w1.");

    [Fact]
    public void A_board_and_all_lanes_over_their_caps_are_seen()
    {
        AuditRow[] rows = [.. Good[..1], Good[1] with { LiveOnBoard = 6, LiveInAll = 8 }, .. Good[2..]];
        Sees(rows, Said, "Board web held 6 units over its cap of 5: web-1 run · → Offered token 0 on w1.");
        Sees(rows, Said, "All lanes held 8 units over the cap of 7: web-1 run · → Offered token 0 on w1.");
    }

    [Fact]
    public void A_result_that_nobody_worked_for_is_seen() => Sees(Good, Said[..4], $"web-1 is done by run {Two}, which wrote 0 ends instead of one.");

    [Fact]
    public void A_run_that_was_started_twice_is_seen() => Sees(Good, [.. Said, Line(Two, 2, "start")], $"Run {Two} of web-1 was started 2 times.");

    [Fact]
    public void An_old_run_that_executes_beside_the_new_one_is_seen_in_stop_lanes_only()
    {
        WitnessLine[] said = [.. Said[..4], Line(One, 1, "tick"), Line(Two, 2, "end")];
        Assert.Contains("web-1 still executed with token 1 (tick) after token 2 had started.", Broken(Good, said, Two, "web-1"));
        Assert.Empty(Broken(Good, said, Two));
    }

    private static void Sees(AuditRow[] audit, WitnessLine[] said, string broken) => Assert.Contains(broken, Broken(audit, said));

    private static IEnumerable<string> Broken(AuditRow[] audit, WitnessLine[] said, Guid? accepted = null, params string[] stopLanes) =>
        Judgement.Of(audit, said, new Dictionary<string, List<Guid>> { ["web-1"] = [accepted ?? Two] }, 7, stopLanes.ToHashSet());

    private static AuditRow Task(string? was, string became, long token = 0) => new(false, "web-1", null, was, became, false, false, token, null, null, null, null, null, 0, 0, 0);

    private static AuditRow Run(Guid id, string? was, string became, long token) =>
        new(true, "web-1", id, was, became, was is "Offered" or "Running", became is "Offered" or "Running", token, "w1", "work", "web", 3, 5, 3, 5, 7);

    private static WitnessLine Line(Guid run, long token, string what) => new("web-1", run, token, what, 7);
}
