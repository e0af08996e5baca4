using System.Diagnostics;
using System.Globalization;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Faults;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Benchmarks.Demo;

/// <summary>
/// Two boards and three workers on PostgreSQL and RabbitMQ, every one a process; thirty tasks; midway a worker and a board die by
/// SIGKILL and the broker is restarted. Ends with 0 only when every task is done once and the oracle finds no promise broken.
/// </summary>
public static class DemoRun
{
    private const string Cuda = "cuda";
    private const int GpuCap = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly WorkerShape Atlas = new(
        "atlas-1", "atlas", new Dictionary<string, int> { [WorkGraph.Collect] = 3, [WorkGraph.Check] = 2 }, ["docker"]);

    private static readonly WorkerShape Boreas = new(
        "boreas-1", "boreas", new Dictionary<string, int> { [WorkGraph.Collect] = 2, [WorkGraph.Check] = 1, [WorkGraph.Gpu] = 2 }, [Cuda, "mem=64"]);

    private static readonly WorkerShape Cirrus = new(
        "cirrus-1", "cirrus", new Dictionary<string, int> { [WorkGraph.Check] = 2, [WorkGraph.Gpu] = 1 }, [Cuda, "mem=128"]);

    private static readonly long Started = Stopwatch.GetTimestamp();

    public static async Task<int> RunAsync()
    {
        Say("Starting PostgreSQL and RabbitMQ …");
        await using var cluster = await Cluster.CreateAsync();
        Say("Starting two boards and three workers …");
        var first = await cluster.StartBoardAsync();
        var oracle = await Oracle.WatchAsync(cluster);
        var second = await cluster.StartBoardAsync();
        await first.Api.AddLaneAsync(new CreateLane(WorkGraph.Collect, Retry: RetryMode.Auto));
        await first.Api.AddLaneAsync(new CreateLane(WorkGraph.Check, Retry: RetryMode.Auto));
        await first.Api.AddLaneAsync(new CreateLane(WorkGraph.Gpu, MaxActive: GpuCap, Retry: RetryMode.Auto));
        // A balancer stands before the boards, as it would anywhere.
        var balancer = cluster.Link(first.Url);
        var victim = await cluster.StartWorkerAsync(Atlas, first, balancer);
        await cluster.StartWorkerAsync(Boreas, first, balancer);
        await cluster.StartWorkerAsync(Cirrus, second);
        Say($"  boards {first.Url} (pid {first.ProcessId}) and {second.Url} (pid {second.ProcessId})");

        var graph = WorkGraph.Build(Cuda, reportHost: Boreas.Host, lastHost: Cirrus.Host);
        var keys = new List<string>();
        foreach (var work in graph)
            keys.Add((await first.Api.AddTaskAsync(WorkGraph.ToTask(work, keys, oracle.Witness))).Key);
        Say($"{keys.Count} tasks are on the board.");

        await KillWorkerAsync(second.Api, victim, keys);
        await KillBoardAsync(first, second, balancer, keys);
        await RestartBrokerAsync(cluster, second.Api, keys);
        var broken = await oracle.JudgeAsync(Patience);
        if (broken.Count > 0)
            Say(await oracle.TrailAsync());
        Say("All is over.");
        return await ReportAsync(second.Api, graph, keys, oracle, broken);
    }

    private static async Task KillWorkerAsync(BoardApi api, WorkerProcess victim, List<string> keys)
    {
        var held = await Eventually.ValueAsync(
            async () => await CountDoneAsync(api, keys) >= 4 && (await api.WorkersAsync()).Single(w => w.Id == victim.Id).Runs is { Count: > 0 } runs ? runs : null,
            Patience, $"four tasks are done and {victim.Id} holds a run");
        await victim.Kill9Async();
        Say($"SIGKILL for worker {victim.Id} while it held {string.Join(", ", held.Select(r => $"{r.TaskKey} (run {r.Number})"))}.");
    }

    private static async Task KillBoardAsync(BoardProcess board, BoardProcess other, TcpProxy balancer, List<string> keys)
    {
        await Eventually.Async(async () => await CountDoneAsync(other.Api, keys) >= 8, Patience);
        await board.Kill9Async();
        balancer.Target = new Uri(other.Url).Port;
        Say($"SIGKILL for board {board.Url} after {await CountDoneAsync(other.Api, keys)} tasks. Its worker is led to the other board.");
    }

    private static async Task RestartBrokerAsync(Cluster cluster, BoardApi api, List<string> keys)
    {
        await Eventually.Async(async () => await CountDoneAsync(api, keys) >= 12, Patience);
        var before = await CountDoneAsync(api, keys);
        await cluster.Rabbit.StopAsync();
        Say($"RabbitMQ is stopped after {before} tasks …");
        await cluster.Rabbit.StartAsync();
        var back = Stopwatch.GetTimestamp();
        var meanwhile = await CountDoneAsync(api, keys);
        Say($"… and is back. Meanwhile {meanwhile - before} tasks that ran ended.");
        await Eventually.Async(async () => await CountDoneAsync(api, keys) > meanwhile, Patience);
        Say(string.Create(CultureInfo.InvariantCulture, $"Work flows again {Stopwatch.GetElapsedTime(back).TotalSeconds:0.0} s after its return."));
    }

    private static async Task<int> ReportAsync(BoardApi api, IReadOnlyList<Work> graph, List<string> keys, Oracle oracle, IReadOnlyList<string> broken)
    {
        var expected = WorkGraph.ExpectedValues(graph);
        var tasks = new List<Ended>();
        for (var i = 0; i < keys.Count; i++)
            tasks.Add(new Ended(graph[i], await api.TaskAsync(keys[i]), await api.RunsAsync(keys[i]), expected[i]));

        Console.WriteLine($"\n{"task",-9} {"title",-12} {"lane",-8} {"host",-8} {"status",-7} runs, oldest first");
        foreach (var (work, detail, runs, _) in tasks)
            Console.WriteLine($"{detail.Task.Key,-9} {work.Title,-12} {work.Lane,-8} {runs.FirstOrDefault(r => r.State == RunState.Succeeded)?.Host,-8} {detail.Task.Status.ToString().ToLowerInvariant(),-7} {string.Join("; ", runs.OrderBy(r => r.Number).Select(Shown))}");

        var accepted = tasks.SelectMany(t => t.Runs).Where(r => r.State == RunState.Succeeded).Select(r => r.Id).ToHashSet();
        var lost = tasks.SelectMany(t => t.Runs).Count(r => r.State == RunState.Lost);
        var faults = broken.Concat(DemoCheck.Faults(tasks, new HashSet<string> { Boreas.Host, Cirrus.Host })).ToList();
        if (lost == 0)
            faults.Add("No run was lost: the kill hit nothing.");

        Console.WriteLine($"\n{tasks.Count(t => t.Detail.Task.Status == Status.Done)} of {tasks.Count} tasks done, {accepted.Count} runs accepted, {lost} lost with their worker, "
            + $"{oracle.Witness.Lines.Count(l => l.What == "end" && !accepted.Contains(l.RunId))} of those finished behind its back and were not accepted.");
        Console.WriteLine($"Lane {WorkGraph.Gpu} held at most {await oracle.MostLiveAsync(WorkGraph.Gpu)} runs at once, by the database's own count in every transaction; its cap is {GpuCap}.");
        Console.WriteLine($"The last task handed on {tasks[^1].Detail.Metadata?.ToString() ?? "nothing"}; {expected[^1]} is right.");
        foreach (var fault in faults)
            Console.WriteLine("FAULT: " + fault);
        Console.WriteLine(faults.Count == 0 ? "Every task ended once, and no run was accepted twice." : $"{faults.Count} faults.");
        return faults.Count == 0 ? 0 : 1;
    }

    private static string Shown(RunView run) => string.Create(
        CultureInfo.InvariantCulture, $"{run.Number} {run.State.ToString().ToLowerInvariant()} {run.WorkerId ?? "-"} token {run.FencingToken}");

    private static async Task<int> CountDoneAsync(BoardApi api, List<string> keys) =>
        (await api.AllAsync<TaskView>("tasks?status=done")).Count(t => keys.Contains(t.Key));

    /// <summary>With the seconds since the start.</summary>
    private static void Say(string text) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(Started).TotalSeconds,5:0.0} s  {text}"));
}
