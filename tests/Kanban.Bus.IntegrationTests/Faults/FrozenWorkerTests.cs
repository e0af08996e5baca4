using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>A worker that stands still (SIGSTOP) and wakes, with nobody to take its work. What others take meanwhile is in <see cref="LostWorkerTests"/>.</summary>
public sealed class FrozenWorkerTests
{
    [NeedsServersFact]
    public async Task Shorter_than_its_lease_or_longer_it_goes_on_with_the_same_run()
    {
        await using var bench = await FaultBench.StartAsync(leaseSeconds: 6);
        var worker = await bench.Cluster.StartWorkerAsync(new WorkerShape("worker", FaultBench.Lane, 1));
        var task = await bench.AddAsync("a task", bench.Until("go"));
        await bench.SaidAsync(task, "start");

        worker.Freeze();
        await Eventually.Async(async () => await bench.AskAsync<bool>("SELECT bool_and(renewed_at < kanban_now() - interval '2 s') FROM leases"));
        worker.Thaw();
        var silence = (await bench.UntilRunAsync(task, r => r.HeartbeatAt is not null)).HeartbeatAt;
        await bench.UntilRunAsync(task, r => r is { State: RunState.Running } && r.HeartbeatAt > silence);

        worker.Freeze();
        await Eventually.Async(async () => (await bench.RunsAsync(task))[0].State == RunState.Lost);
        worker.Thaw();
        await Eventually.Async(async () => (await bench.RunsAsync(task))[0].State == RunState.Running);
        bench.Open("go");

        await bench.Oracle.CheckAsync();
        await bench.RanOnceAsync(task);
    }
}
