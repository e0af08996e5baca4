using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>What becomes of a run whose worker and board have lost each other, as its lane says.</summary>
public sealed class DisconnectTests
{
    public enum Fault
    {
        WorkerFrozen,
        WorkerKilled,
        LinkStalled,
        LinkReset,
        BoardKilled,
    }

    [NeedsServersTheory]
    [InlineData(Fault.WorkerFrozen)]
    [InlineData(Fault.WorkerKilled)]
    [InlineData(Fault.LinkStalled)]
    [InlineData(Fault.LinkReset)]
    public async Task In_a_stop_lane_a_run_is_dead_before_another_begins(Fault fault)
    {
        await using var cluster = await Cluster.CreateAsync();
        var board = await cluster.StartBoardAsync();
        var oracle = await Oracle.WatchAsync(cluster);
        // A grace as long as the lease: it is cut to what the lease leaves.
        await board.Api.AddLaneAsync(new CreateLane("work", OnDisconnect: OnDisconnect.Stop, GraceSeconds: 6));
        var link = cluster.Link(board.Url);
        var first = await cluster.StartWorkerAsync(new WorkerShape("first", "work", 1), through: link);
        var task = await board.Api.AddTaskAsync(new CreateTask("a task", "work", Body: oracle.Witness.Script(
            "trap '' TERM; [ \"$KANBAN_FENCING_TOKEN\" != 1 ] || while :; do say tick; sleep 0.2; done")));
        await Eventually.Async(() => oracle.Witness.Lines.Count > 2);
        var old = oracle.Witness.Lines[0].ProcessId;
        await cluster.StartWorkerAsync(new WorkerShape("second", "work", 1));

        await ApplyAsync(fault, first, link, board);
        await cluster.UntilAsync(task.Key, Status.Done);

        Assert.False(LiveProcesses.IsAlive(old));
        await LiftAsync(fault, first, link, board);
        // It is told of what happened, and takes work again.
        try
        {
            await Eventually.Async(() => board.Api.WorkerIsLiveAsync("first"));
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\n{first.Log}", e);
        }
        await oracle.CheckAsync();
        Assert.Equal([1L, 2L], oracle.Witness.Lines.Where(l => l.What == "start").Select(l => l.Token));
    }

    [NeedsServersTheory]
    [InlineData(Fault.LinkStalled)]
    [InlineData(Fault.LinkReset)]
    [InlineData(Fault.BoardKilled)]
    public async Task In_a_continue_lane_a_run_outlasts_its_lease_and_nothing_is_run_again(Fault fault)
    {
        await using var cluster = await Cluster.CreateAsync();
        var board = await cluster.StartBoardAsync();
        var oracle = await Oracle.WatchAsync(cluster);
        await board.Api.AddLaneAsync(new CreateLane("work"));
        var link = cluster.Link(board.Url);
        var worker = await cluster.StartWorkerAsync(new WorkerShape("alone", "work", 2), through: link);
        var gate = Path.Combine(cluster.Folder, "go");
        var body = oracle.Witness.Script(Witness.TickUntil(gate));
        var (one, two) = (await board.Api.AddTaskAsync(new CreateTask("one", "work", Body: body)), await board.Api.AddTaskAsync(new CreateTask("two", "work", Body: body)));
        await Eventually.Async(() => oracle.Witness.Lines.Count(l => l.What == "start") == 2);

        await ApplyAsync(fault, worker, link, board);
        // Longer than the lease of 6 s and the sweep after it.
        await Task.Delay(TimeSpan.FromSeconds(10));
        await LiftAsync(fault, worker, link, board);
        await Eventually.Async(async () => (await board.Api.TaskAsync(one.Key)).Task.Status == Status.Running && (await board.Api.TaskAsync(two.Key)).Task.Status == Status.Running);
        await File.WriteAllTextAsync(gate, "");

        await cluster.UntilAsync(one.Key, Status.Done);
        await cluster.UntilAsync(two.Key, Status.Done);
        await oracle.CheckAsync();
        Assert.Equal(2, oracle.Witness.Lines.Count(l => l.What == "start"));
    }

    private static async Task ApplyAsync(Fault fault, WorkerProcess worker, TcpProxy link, BoardProcess board)
    {
        switch (fault)
        {
            case Fault.WorkerFrozen:
                worker.Freeze();
                break;
            case Fault.WorkerKilled:
                await worker.Kill9Async();
                break;
            case Fault.BoardKilled:
                await board.Kill9Async();
                break;
            default:
                link.Mode = fault == Fault.LinkStalled ? LinkMode.Stall : LinkMode.Drop;
                break;
        }
    }

    private static async Task LiftAsync(Fault fault, WorkerProcess worker, TcpProxy link, BoardProcess board)
    {
        switch (fault)
        {
            case Fault.WorkerFrozen:
                worker.Thaw();
                break;
            case Fault.WorkerKilled:
                worker.Launch();
                break;
            case Fault.BoardKilled:
                await board.StartAsync();
                break;
            default:
                link.Mode = LinkMode.Pass;
                break;
        }
    }
}
