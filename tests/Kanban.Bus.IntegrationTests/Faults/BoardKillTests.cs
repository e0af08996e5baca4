using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>A board killed by SIGKILL around the publishing of an offer, and another that takes over.</summary>
public sealed class BoardKillTests
{
    private const string Published = "SELECT count(*) FROM runs WHERE published_at IS NOT NULL AND live";
    private TcpProxy? _broker;

    [NeedsServersFact]
    public async Task An_offer_that_was_committed_and_not_published_is_published_by_another_board()
    {
        await using var bench = await StartAsync();
        var toBoard = await StartWorkerAsync(bench);

        _broker!.Mode = LinkMode.Stall;
        var task = await bench.AddAsync("a task", "sleep 0.1");
        await bench.UntilRunAsync(task, r => r.State == RunState.Offered);
        await bench.Board.Kill9Async();
        Assert.Equal(0, await bench.AskAsync<long>(Published));
        await TakeOverAsync(bench, toBoard);

        await bench.Oracle.CheckAsync();
        await bench.RanOnceAsync(task);
    }

    [NeedsServersFact]
    public async Task An_offer_that_was_published_and_not_noted_comes_twice_and_is_carried_out_once()
    {
        await using var bench = await StartAsync();
        var toBoard = await StartWorkerAsync(bench);

        // The worker can't claim what it gets, so that nothing but the note is missing.
        toBoard.Mode = LinkMode.Stall;
        _broker!.Mode = LinkMode.StallAnswers;
        var task = await bench.AddAsync("a task", "sleep 0.1");
        await Eventually.Async(async () => await MessagesAsync(bench) == 1);
        await bench.Board.Kill9Async();
        Assert.Equal(0, await bench.AskAsync<long>(Published));
        await TakeOverAsync(bench, toBoard, before: () => Eventually.Async(async () => await MessagesAsync(bench) == 2));

        await bench.Oracle.CheckAsync();
        await bench.RanOnceAsync(task);
    }

    /// <summary>The first board reaches its broker through a link; what it publishes before the fault shows that the link passes.</summary>
    private async Task<FaultBench> StartAsync() =>
        await FaultBench.StartAsync(leaseSeconds: 120, prepare: cluster => _broker = cluster.Link(cluster.Broker), broker: () => _broker);

    /// <returns>The worker's link to its board, as a balancer would be.</returns>
    private static async Task<TcpProxy> StartWorkerAsync(FaultBench bench)
    {
        var toBoard = bench.Cluster.Link(bench.Board.Url);
        await bench.Cluster.StartWorkerAsync(new WorkerShape("worker", FaultBench.Lane, 2), through: toBoard);
        var before = await bench.AddAsync("before", "sleep 0.1");
        await bench.Cluster.UntilAsync(before.Key, Status.Done);
        await Eventually.Async(async () => await MessagesAsync(bench) == 0);
        return toBoard;
    }

    private static async Task TakeOverAsync(FaultBench bench, TcpProxy toBoard, Func<Task>? before = null)
    {
        var other = await bench.Cluster.StartBoardAsync();
        if (before is not null)
            await before();
        toBoard.Target = new Uri(other.Url).Port;
        toBoard.Reset();
    }

    private static async Task<int> MessagesAsync(FaultBench bench) =>
        await bench.Cluster.Rabbit.Management.QueueAsync(bench.Cluster.VirtualHost, BusNames.LaneQueue(FaultBench.Lane, "")) is { } queue
        && queue.TryGetProperty("messages", out var count) ? count.GetInt32() : -1;
}
