using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>What becomes of runs whose worker and board have lost each other, as their lanes say. A board that is away is in <see cref="BoardRestartTests"/>.</summary>
public sealed class DisconnectTests
{
    public enum Fault
    {
        WorkerFrozen,
        WorkerKilled,
        LinkStalled,
        LinkReset,
    }

    [NeedsServersTheory]
    [InlineData(Fault.WorkerFrozen)]
    [InlineData(Fault.WorkerKilled)]
    [InlineData(Fault.LinkStalled)]
    [InlineData(Fault.LinkReset)]
    public async Task In_a_stop_lane_a_run_is_dead_before_another_begins_and_in_a_continue_lane_it_goes_on_and_nothing_runs_again(Fault fault)
    {
        // A grace as long as the lease: it is cut to what the lease leaves.
        await using var bench = await FaultBench.StartAsync(leaseSeconds: 6, lanes: [new CreateLane("off", OnDisconnect: OnDisconnect.Stop, GraceSeconds: 6), new CreateLane("on")]);
        var link = bench.Cluster.Link(bench.Board.Url);
        var first = await bench.Cluster.StartWorkerAsync(new WorkerShape("first", "first", new Dictionary<string, int> { ["off"] = 1, ["on"] = 2 }), through: link);
        var stops = await bench.AddAsync("stops", "trap '' TERM; [ \"$KANBAN_FENCING_TOKEN\" != 1 ] || while :; do say tick; sleep 0.2; done", "off");
        var goesOn = new[] { await bench.AddAsync("one", bench.Until("go"), "on"), await bench.AddAsync("two", bench.Until("go"), "on") };
        foreach (var task in goesOn.Append(stops))
            await bench.SaidAsync(task, "start");
        var old = bench.Witness.Lines.First(l => l.Task == stops.Key).ProcessId;
        await bench.Cluster.StartWorkerAsync(new WorkerShape("second", "off", 1));

        await ApplyAsync(fault, first, link);
        await bench.Cluster.UntilAsync(stops.Key, Status.Done);
        Assert.False(LiveProcesses.IsAlive(old));
        foreach (var task in goesOn)
            await Eventually.Async(async () => (await bench.RunsAsync(task))[0].State == RunState.Lost);

        Lift(fault, first, link);
        // It is told of what happened, keeps what nobody took, and takes work again.
        await Eventually.Async(() => bench.Cluster.Api.WorkerIsLiveAsync("first"), text: $"the first worker is back:\n{bench.Cluster.Folder}/worker-first.log");
        foreach (var task in goesOn)
            await Eventually.Async(async () => (await bench.RunsAsync(task))[0].State == RunState.Running);
        bench.Open("go");

        await bench.Oracle.CheckAsync();
        await bench.RanOnceAsync(goesOn);
        Assert.Single(bench.Witness.Lines, l => l.Task == stops.Key && l is { What: "start", Token: 1 });
    }

    private static async Task ApplyAsync(Fault fault, WorkerProcess worker, TcpProxy link)
    {
        switch (fault)
        {
            case Fault.WorkerFrozen:
                await worker.FreezeAsync();
                break;
            case Fault.WorkerKilled:
                await worker.Kill9Async();
                break;
            default:
                link.Mode = fault == Fault.LinkStalled ? LinkMode.Stall : LinkMode.Drop;
                break;
        }
    }

    private static void Lift(Fault fault, WorkerProcess worker, TcpProxy link)
    {
        switch (fault)
        {
            case Fault.WorkerFrozen:
                worker.Thaw();
                break;
            case Fault.WorkerKilled:
                worker.Launch();
                break;
            default:
                link.Mode = LinkMode.Pass;
                break;
        }
    }
}
