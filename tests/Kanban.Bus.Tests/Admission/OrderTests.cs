using Kanban.Bus.Board.Admission;
using Kanban.Bus.Contracts;
using static Kanban.Bus.Tests.Admission.Worlds;

namespace Kanban.Bus.Tests.Admission;

/// <summary>The decision alone: who of those who wait is next. Steps are ten minutes, numbers are seconds of age.</summary>
public sealed class OrderTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(1_799, "main-9999")]
    [InlineData(1_801, "main-0")]
    public void A_later_task_passes_an_older_one_for_ten_minutes_per_point_of_priority_and_no_longer(int later, string first)
    {
        var high = Task(9999, priority: 5) with { TurnAt = Start.AddSeconds(later) - 5 * OrderRules.None.Step };
        var snapshot = World(workers: [Member("w", "shell=1")], ready: [Task(0, priority: 2), high]);

        Assert.Equal([first], Offered(snapshot));
    }

    [Fact]
    public void Within_a_step_the_key_with_the_fewest_live_runs_goes_next_and_then_age()
    {
        var snapshot = World(workers: [Member("w", "shell=6")], live: [Live("shell", "w", 1, fairKey: "api")],
            ready: [.. Enumerable.Range(1, 100).Select(i => Of(i, "web")), Of(200, "api"), Of(201, "api"), Of(202, "docs")]);

        Assert.Equal(["main-1", "main-202", "main-2", "main-200", "main-3"], Offered(snapshot));
    }

    [Fact]
    public void A_key_of_threefold_weight_has_three_runs_for_each_run_of_another()
    {
        var snapshot = World(workers: [Member("w", "shell=8")], ready: [.. Enumerable.Range(1, 20).SelectMany(i => new[] { Of(2 * i, "web"), Of(2 * i + 1, "api") })],
            order: Order(new Dictionary<string, int> { ["api"] = 3 }));

        Assert.Equal(6, Admit.Decide(snapshot).Offers.Count(o => o.Task.FairKey == "api"));
    }

    [Fact]
    public void Fairness_never_brings_a_task_of_a_later_step_before_one_of_an_earlier_step()
    {
        var snapshot = World(workers: [Member("w", "shell=9")], live: [Live("shell", "w", 6, fairKey: "web")],
            ready: [Of(1, "web"), Of(2, "web"), Of(601, "api"), Of(602, "api")]);

        Assert.Equal(["main-1", "main-2", "main-601"], Offered(snapshot));
    }

    [Fact]
    public void A_task_that_does_not_fit_is_passed_until_it_starves_and_then_what_it_lacks_is_kept_for_it()
    {
        var snapshot = World([Lane("shell")], [Member("w", "shell=9")], [Live("shell", "w", 3, draws: "vllm=1")],
            [Task(1, draws: "vllm=4"), Task(2, draws: "vllm=1"), Task(3)], [new(CapKey.Pool("vllm"), 4)]);

        Assert.Equal(["main-2", "main-3"], Offered(snapshot with { Now = Start.AddSeconds(300) }));
        var starving = Admit.Decide(snapshot with { Now = Start.AddSeconds(301) });

        Assert.Equal(["main-3"], starving.Offers.Select(o => o.Task.Key));
        Assert.Equal(new Reservation(CapKey.Pool("vllm"), "main-1", Task(1).Place, 4, Start.AddSeconds(301)), Assert.Single(starving.Reservations));
        Assert.Equal(new Wait(WaitCode.PoolCap, "4 of 4 units of pool vllm are kept for main-1, whose turn came before, and 3 are drawn", CapKey.Pool("vllm")), starving.Waits[Id(2)]);
    }

    [Fact]
    public void What_is_kept_stays_kept_while_its_task_waits_for_another_cap_and_is_free_when_it_has_started()
    {
        var kept = new Reservation(CapKey.Pool("vllm"), "main-1", Task(1).Place, 4, Start);
        var snapshot = World(workers: [Member("w", "shell=9")], ready: [Task(1, board: "main", draws: "vllm=4"), Task(2, board: "web", draws: "vllm=1")],
            caps: [new(CapKey.Pool("vllm"), 5), new(CapKey.Board("main"), 1)], order: Order(null, kept), later: Hour);

        var waiting = Admit.Decide(snapshot with { Live = [Live("shell", "w", 1), Live("shell", "w", 1, board: "etl", draws: "vllm=1")] });
        var started = Admit.Decide(snapshot);

        Assert.Empty(waiting.Offers);
        Assert.Equal([CapKey.Board("main"), CapKey.Pool("vllm")], waiting.Reservations.Select(r => r.Cap).OrderBy(c => c.Kind));
        Assert.Equal(["main-1", "web-2"], started.Offers.Select(o => o.Task.Key));
        Assert.Empty(started.Reservations);
    }

    [Fact]
    public void A_cap_is_kept_for_one_task_the_first_in_line_and_units_beyond_that_are_free_for_others()
    {
        var kept = new Reservation(CapKey.Pool("vllm"), "main-2", Task(2).Place, 3, Start);
        var snapshot = World(workers: [Member("w", "shell=9")], live: [Live("shell", "w", 3, draws: "vllm=1")],
            ready: [Task(1, draws: "vllm=6"), Task(2, draws: "vllm=3"), Task(3, draws: "vllm=2"), Task(4, draws: "vllm=1")], caps: [new(CapKey.Pool("vllm"), 8)], later: Hour);

        var first = Admit.Decide(snapshot with { Order = Order(null, kept) });
        // The task whose turn comes before goes ahead of what is kept for another.
        var second = Admit.Decide(snapshot with { Ready = [Task(1, draws: "vllm=4"), Task(2, draws: "vllm=3")], Order = Order(null, kept) });

        Assert.Equal(("main-1", 6), (Assert.Single(first.Reservations).TaskKey, first.Reservations.First().Units));
        Assert.Empty(first.Offers);
        Assert.Equal(["main-1"], second.Offers.Select(o => o.Task.Key));
        Assert.Equal("main-2", Assert.Single(second.Reservations).TaskKey);
    }

    [Fact]
    public void Nothing_is_kept_for_a_task_that_ending_runs_would_not_let_start()
    {
        var pool = new Cap(CapKey.Pool("vllm"), 4);
        var snapshot = World([Lane("shell"), Lane("gpu") with { Problem = "refused" }], [Member("w", "shell=9 gpu=9")], [Live("shell", "w", 3, draws: "vllm=1")],
            caps: [pool, new(CapKey.Board("web"), 9, Paused: true)], later: Hour);
        ReadyTask[] hopeless = [Task(1, draws: "vllm=5"), Task(2, board: "web", draws: "vllm=4"), Task(3, "gpu", draws: "vllm=4"), Task(4, needs: "cuda", draws: "vllm=4")];

        foreach (var task in hopeless)
        {
            var kept = new Reservation(pool.Key, task.Key, task.Place, 4, Start);
            var decision = Admit.Decide(snapshot with { Ready = [task, Task(5, draws: "vllm=1")], Order = Order(null, kept) });
            Assert.Empty(decision.Reservations);
            Assert.Equal(["main-5"], decision.Offers.Select(o => o.Task.Key));
        }
    }

    [Fact]
    public void What_was_kept_for_a_task_that_can_no_longer_use_it_holds_nobody_back_who_comes_first_in_line()
    {
        var pool = new Cap(CapKey.Pool("vllm"), 4);
        var hopeless = Task(1, draws: "vllm=5", fairKey: "busy");
        var snapshot = World(workers: [Member("w", "shell=9")], live: [Live("shell", "w", 3, draws: "vllm=1", fairKey: "busy")],
            ready: [hopeless, Task(2, draws: "vllm=1", fairKey: "busy"), Task(3, draws: "vllm=1", fairKey: "idle")],
            caps: [pool], order: Order(null, new Reservation(pool.Key, hopeless.Key, hopeless.Place, 4, Start)), later: Hour);

        Assert.Equal(["main-3"], Offered(snapshot));
    }

    private static ReadyTask Of(int number, string key) => Task(number, fairKey: key);
}
