using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>The only board is killed, stays away past every lease, and is started again.</summary>
public sealed class BoardRestartTests
{
    [NeedsServersFact]
    public async Task What_may_continue_is_not_run_again_and_what_must_stop_never_runs_beside_its_successor()
    {
        await using var bench = await FaultBench.StartAsync(
            leaseSeconds: 6, lanes: [new CreateLane("on", OnDisconnect: OnDisconnect.Continue), new CreateLane("off", OnDisconnect: OnDisconnect.Stop, GraceSeconds: 1)]);
        await bench.Cluster.StartWorkerAsync(new WorkerShape("worker", "here", new Dictionary<string, int> { ["on"] = 2, ["off"] = 1 }));
        var goesOn = await bench.AddAsync("goes on", bench.Until("last"), "on");
        var ends = await bench.AddAsync("ends meanwhile", bench.Until("first"), "on");
        var stops = await bench.AddAsync("stops", bench.Until("last"), "off");
        foreach (var task in (TaskView[])[goesOn, ends, stops])
            await bench.SaidAsync(task, "start");

        await bench.Board.Kill9Async();
        bench.Open("first");
        await bench.SaidAsync(ends, "end");
        await Eventually.Async(async () => await bench.AskAsync<bool>("SELECT bool_and(expires_at < kanban_now() - interval '2 s') FROM leases"));
        await bench.Board.StartAsync();
        await bench.SaidAsync(stops, "start", token: 2);
        bench.Open("last");

        await bench.Oracle.CheckAsync();
        await bench.RanOnceAsync(goesOn, ends);
        Assert.Equal([RunState.Lost, RunState.Succeeded], (await bench.RunsAsync(stops)).Select(r => r.State));
    }
}
