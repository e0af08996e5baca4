using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>A worker killed by SIGKILL and started again on the same host: at each moment of a run's life nothing is lost and nothing is done twice.</summary>
public sealed class WorkerRestartTests
{
    [NeedsServersFact]
    public async Task Runs_that_outlive_their_worker_are_taken_up_again_or_reported_once_when_it_is_back()
    {
        await using var bench = await FaultBench.StartAsync(leaseSeconds: 30);
        var worker = await bench.Cluster.StartWorkerAsync(new WorkerShape("worker", FaultBench.Lane, 2));
        var goesOn = await bench.AddAsync("goes on", $"echo before; {bench.Until("last")}; echo after");
        var ends = await bench.AddAsync("ends meanwhile", bench.Until("first"));
        await bench.SaidAsync(goesOn, "start");
        await bench.SaidAsync(ends, "start");

        await worker.Kill9Async();
        bench.Open("first");
        await bench.SaidAsync(ends, "end");
        worker.Launch();
        await bench.Cluster.UntilAsync(ends.Key, Status.Done);
        Assert.Equal(RunState.Running, (await bench.RunsAsync(goesOn))[^1].State);
        bench.Open("last");

        await bench.Oracle.CheckAsync();
        await bench.RanOnceAsync(goesOn, ends);
        // From the right offset: nothing twice, nothing left out.
        Assert.Equal($"before\nafter\n{goesOn.Key} was carried out\n", await bench.Board.Api.OutputAsync((await bench.RunsAsync(goesOn))[0].Id));
    }

    [NeedsServersFact]
    public async Task A_worker_killed_between_claim_and_start_or_between_success_and_report_loses_neither_task()
    {
        await using var bench = await FaultBench.StartAsync(leaseSeconds: 30);
        var link = bench.Cluster.Link(bench.Board.Url);
        var worker = await bench.StartWorkerAsync(slots: 1, through: link);

        // The board has granted the lease, and the worker dies before it hears of it.
        link.Mode = LinkMode.StallAnswers;
        var granted = await bench.AddAsync("granted", "sleep 0.1");
        await bench.UntilRunAsync(granted, r => r.State == RunState.Running);
        await worker.Kill9Async();
        link.Reset();
        worker.Launch();
        await bench.Cluster.UntilAsync(granted.Key, Status.Done);
        Assert.Equal([(1, RunState.Lost), (2, RunState.Succeeded)], (await bench.RunsAsync(granted)).Select(r => (r.Number, r.State)));
        Assert.DoesNotContain(bench.Witness.Lines, l => l.Task == granted.Key && l.Token == 1);

        // The run has succeeded, and the worker dies before it can say so. Its output goes nowhere, so that nothing but the report is left to send.
        var succeeded = await bench.AddAsync("succeeded", $"exec >/dev/null; {bench.Until("go")}");
        await bench.SaidAsync(succeeded, "start");
        link.Mode = LinkMode.Stall;
        bench.Open("go");
        await Eventually.Async(() => Directory.GetFiles(worker.Home, "finish.json", SearchOption.AllDirectories).Length == 1);
        await worker.Kill9Async();
        link.Reset();
        worker.Launch();

        await bench.Oracle.CheckAsync();
        await bench.RanOnceAsync(succeeded);
    }
}
