using System.Diagnostics;
using System.Globalization;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;
using Xunit.Abstractions;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>Workers, whole hosts and boards killed at random while work goes on. <c>KANBAN_FAULT_SEED</c> repeats one order of kills.</summary>
public sealed class RandomKillTests(ITestOutputHelper output)
{
    private const int Cap = 3;
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(20);

    // Reproducible on purpose, and nothing secret.
#pragma warning disable CA5394
    [NeedsServersFact]
    public async Task Two_boards_a_cap_of_three_and_sixty_four_slots_lose_nothing_and_pass_no_cap()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("KANBAN_FAULT_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        output.WriteLine($"KANBAN_FAULT_SEED={seed}");
        var random = new Random(seed);
        // A long lease: a dead host is known by its worker's return, and a slow machine must not have two execute at once.
        await using var bench = await FaultBench.StartAsync(
            leaseSeconds: 40, lanes: [new CreateLane(FaultBench.Lane, MaxActive: Cap, MaxAttempts: 50, BackoffSeconds: 0)], prepare: cluster => cluster.Settings["Admission:RepublishAfter"] = "00:00:03");
        var (cluster, witness) = (bench.Cluster, bench.Witness);
        await cluster.StartBoardAsync();
        var links = new List<TcpProxy>();
        for (var i = 0; i < 4; i++)
        {
            links.Add(cluster.Link(cluster.Boards[i % 2].Url));
            await cluster.StartWorkerAsync(new WorkerShape($"worker-{i}", FaultBench.Lane, 16), cluster.Boards[i % 2], links[i]);
        }

        // Calm first: each board takes half of the tasks, all at once, so that both admit at the same moments.
        var added = 30;
        await Task.WhenAll(Enumerable.Range(0, added).Select(i => cluster.Boards[i % 2].Api.AddTaskAsync(new CreateTask($"calm {i}", FaultBench.Lane, Body: witness.Script("sleep 0.3")))));
        await Eventually.Async(() => witness.Lines.Count(l => l.What == "end") == added, TimeSpan.FromMinutes(2));
        Assert.Equal(Cap, await bench.Oracle.MostLiveAsync(FaultBench.Lane));

        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < Time;)
        {
            await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => bench.AddAsync($"task {Interlocked.Increment(ref added)}", "sleep 0.7")));
            await Task.Delay(random.Next(200, 2_000));
            var worker = cluster.Workers[random.Next(4)];
            switch (random.Next(3))
            {
                case 0:
                    output.WriteLine($"host of {worker.Id}");
                    await worker.KillHostAsync();
                    witness.NoteDead();
                    worker.Launch();
                    break;
                case 1:
                    output.WriteLine($"{worker.Id}, its runs go on");
                    await worker.Kill9Async();
                    worker.Launch();
                    break;
                default:
                    await KillBoardAsync(cluster, links, random.Next(2));
                    break;
            }
        }

        await bench.Oracle.CheckAsync(TimeSpan.FromMinutes(5));
        Assert.All(cluster.Workers, worker => Assert.True(worker.IsRunning, $"{worker.Id} ended by itself:\n{worker.Log}"));
        Assert.Equal(added, witness.Lines.Where(l => l.What == "end").Select(l => l.Task).Distinct().Count());
        Assert.Equal(Cap, await bench.Oracle.MostLiveAsync(FaultBench.Lane));
        Assert.InRange(witness.MostAtOnce(_ => true), 1, Cap);
    }
#pragma warning restore CA5394

    /// <summary>Its workers are led to the other one at once, as a balancer would.</summary>
    private async Task KillBoardAsync(Cluster cluster, List<TcpProxy> links, int which)
    {
        output.WriteLine($"board {which + 1}");
        await cluster.Boards[which].Kill9Async();
        foreach (var link in links)
            link.Target = new Uri(cluster.Boards[1 - which].Url).Port;
        await cluster.Boards[which].StartAsync();
    }
}
