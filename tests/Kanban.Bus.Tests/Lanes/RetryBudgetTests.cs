using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Contracts;
using static Kanban.Bus.Tests.Admission.Worlds;

namespace Kanban.Bus.Tests.Lanes;

/// <summary>How many retries a lane may start, and that fresh tasks do not wait for them.</summary>
public sealed class RetryBudgetTests
{
    [Theory]
    [InlineData(0, 0, 20, 10, 10)]
    [InlineData(40, 9, 20, 10, 1)]
    [InlineData(40, 10, 20, 10, 0)]
    [InlineData(100, 10, 20, 10, 10)]
    [InlineData(100, 30, 20, 10, 0)]
    [InlineData(100, 0, 0, 0, 0)]
    public void It_is_a_share_of_what_was_started_or_the_least(int starts, int retries, int percent, int least, int room) =>
        Assert.Equal(room, new RetryBudget(starts, retries, percent, least).Room);

    [Fact]
    public void Retries_beyond_it_wait_and_fresh_tasks_behind_them_go()
    {
        var snapshot = World(lanes: [Lane("shell") with { Budget = new(40, 9, 20, 10) }], workers: [Member("w", "shell=9")],
            ready: [Task(1) with { Retry = true }, Task(2) with { Retry = true }, Task(3) with { Retry = true }, Task(4)]);

        var decision = Admit.Decide(snapshot);

        Assert.Equal(["main-1", "main-4"], decision.Offers.Select(p => p.Task.Key));
        Assert.Equal(WaitCode.RetryBudget, decision.Waits[Id(2)].Code);
        Assert.StartsWith("lane shell has spent its retry budget", decision.Waits[Id(3)].Reason, StringComparison.Ordinal);
    }
}
