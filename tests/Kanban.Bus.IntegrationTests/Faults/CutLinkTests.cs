using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>A worker that loses its board, its broker, or both, while all of them live.</summary>
public sealed class CutLinkTests
{
    [NeedsServersFact]
    public async Task Without_its_board_for_less_than_the_lease_a_worker_goes_on_and_for_longer_another_takes_over_as_the_lane_allows()
    {
        await using var bench = await FaultBench.StartAsync(
            leaseSeconds: 12, lanes: [new CreateLane("on", OnDisconnect: OnDisconnect.Continue, GraceSeconds: 1), new CreateLane("off", OnDisconnect: OnDisconnect.Stop, GraceSeconds: 1)]);
        var lanes = new Dictionary<string, int> { ["on"] = 1, ["off"] = 1 };
        var link = bench.Cluster.Link(bench.Board.Url);
        await bench.Cluster.StartWorkerAsync(new WorkerShape("cut", "cut", lanes), through: link);
        var goesOn = await bench.AddAsync("goes on", bench.Until("go"), "on");
        var stops = await bench.AddAsync("stops", bench.Until("go"), "off");
        await bench.SaidAsync(goesOn, "start");
        await bench.SaidAsync(stops, "start");

        link.Mode = LinkMode.Drop;
        await Eventually.Async(async () => await bench.AskAsync<bool>("SELECT bool_and(renewed_at < kanban_now() - interval '2 s') FROM leases"));
        link.Mode = LinkMode.Pass;
        await Eventually.Async(async () => await bench.AskAsync<bool>("SELECT bool_and(renewed_at > kanban_now() - interval '2 s') FROM leases"));
        Assert.Equal(2, await bench.AskAsync<long>("SELECT count(*) FROM runs WHERE live AND state = 'Running'"));

        await bench.Cluster.StartWorkerAsync(new WorkerShape("other", "other", lanes));
        link.Mode = LinkMode.Stall;
        await bench.SaidAsync(goesOn, "start", token: 2);
        await bench.SaidAsync(stops, "start", token: 2);
        // The old run still executes in the one lane, and has ended in the other: the oracle looks for its ticks.
        var old = bench.Witness.Lines.First(l => l.Task == goesOn.Key).ProcessId;
        Assert.True(LiveProcesses.IsAlive(old));
        link.Reset();
        await Eventually.Async(() => !LiveProcesses.IsAlive(old), text: "the worker has ended what another does now");
        bench.Open("go");

        await bench.Oracle.CheckAsync();
        foreach (var task in (TaskView[])[goesOn, stops])
            Assert.Equal([(RunState.Lost, "cut"), (RunState.Succeeded, "other")], (await bench.RunsAsync(task)).Select(r => (r.State, r.WorkerId!)));
    }

    [NeedsServersFact]
    public async Task Without_its_broker_for_longer_than_the_lease_a_worker_runs_nothing_again_and_takes_new_work_afterwards()
    {
        await using var bench = await FaultBench.StartAsync(leaseSeconds: 6, prepare: cluster => cluster.WorkersBroker = cluster.Link(cluster.Broker));
        var broker = bench.Cluster.WorkersBroker!;
        await bench.Cluster.StartWorkerAsync(new WorkerShape("worker", FaultBench.Lane, 2));
        var goesOn = await bench.AddAsync("goes on", bench.Until("last"));
        await bench.SaidAsync(goesOn, "start");
        foreach (var cut in (LinkMode[])[LinkMode.Drop, LinkMode.Stall])
        {
            var ends = await bench.AddAsync("ends meanwhile", bench.Until($"end-{cut}"));
            await bench.SaidAsync(ends, "start");

            broker.Mode = cut;
            var since = await bench.AskAsync<DateTime>("SELECT kanban_now()");
            bench.Open($"end-{cut}");
            await bench.Cluster.UntilAsync(ends.Key, Status.Done);
            await Eventually.Async(async () => (await bench.Board.Api.WorkersAsync()).Single().HeartbeatAt > since + TimeSpan.FromSeconds(8));
            var next = await bench.AddAsync("next", "sleep 0.1");
            broker.Mode = LinkMode.Pass;
            await bench.Cluster.UntilAsync(next.Key, Status.Done, TimeSpan.FromMinutes(3));
            await bench.RanOnceAsync(ends);
        }
        bench.Open("last");

        await bench.Oracle.CheckAsync();
        await bench.RanOnceAsync(goesOn);
    }
}
