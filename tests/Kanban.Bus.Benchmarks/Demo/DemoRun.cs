using System.Globalization;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Benchmarks.Demo;

/// <summary>
/// Two boards and three workers on PostgreSQL and RabbitMQ, every one a process; thirty tasks; one worker dies by SIGKILL
/// midway. Ends with 0 only when every task is done and no task had two accepted runs.
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

    public static async Task<int> RunAsync()
    {
        Say("Starting PostgreSQL and RabbitMQ …");
        await using var cluster = await Cluster.CreateAsync();
        Say("Starting two boards and three workers …");
        var first = await cluster.StartBoardAsync();
        var second = await cluster.StartBoardAsync();
        await first.Api.AddLaneAsync(new CreateLane(WorkGraph.Collect, Retry: RetryMode.Auto));
        await first.Api.AddLaneAsync(new CreateLane(WorkGraph.Check, Retry: RetryMode.Auto));
        await first.Api.AddLaneAsync(new CreateLane(WorkGraph.Gpu, MaxActive: GpuCap, Retry: RetryMode.Auto));
        var victim = await cluster.StartWorkerAsync(Atlas, first);
        await cluster.StartWorkerAsync(Boreas, first);
        await cluster.StartWorkerAsync(Cirrus, second);
        Say($"  boards {first.Url} (pid {first.ProcessId}), {second.Url} (pid {second.ProcessId})");

        var witness = Path.Combine(cluster.Folder, "witness");
        await File.WriteAllTextAsync(witness, "");
        var graph = WorkGraph.Build(Cuda, reportHost: Boreas.Host, lastHost: Cirrus.Host);
        var keys = new List<string>();
        foreach (var work in graph)
            keys.Add((await first.Api.AddTaskAsync(WorkGraph.ToTask(work, keys, witness))).Key);
        Say($"{keys.Count} tasks are on the board.");

        await KillMidwayAsync(second.Api, victim, keys);
        try
        {
            await Eventually.Async(async () => (await CountDoneAsync(second.Api, keys)) == keys.Count, Patience);
        }
        catch (TimeoutException)
        {
            Say($"After {Patience.TotalMinutes} minutes not every task is done:");
            foreach (var key in keys)
            {
                if ((await second.Api.TaskAsync(key)).Task is { Status: not Status.Done } task)
                    Say($"  {key} {task.Status.ToString().ToLowerInvariant()}: {(await second.Api.GetAsync<WhyView>($"tasks/{key}/why")).Reason}");
            }
            foreach (var log in Directory.GetFiles(cluster.Folder, "*.log"))
                Say($"── the end of {Path.GetFileName(log)}\n{string.Join('\n', File.ReadLines(log).TakeLast(25))}");
        }
        return await ReportAsync(second.Api, graph, keys, witness);
    }

    private static async Task KillMidwayAsync(BoardApi api, WorkerProcess victim, List<string> keys)
    {
        var held = await Eventually.ValueAsync(
            async () => await CountDoneAsync(api, keys) >= 4 && (await api.WorkersAsync()).Single(w => w.Id == victim.Id).Runs is { Count: > 0 } runs ? runs : null,
            Patience, $"four tasks are done and {victim.Id} holds a run");
        await victim.Kill9Async();
        Say($"SIGKILL for {victim.Id} while it held {string.Join(", ", held.Select(r => $"{r.TaskKey} (run {r.Number})"))}.");
    }

    private static async Task<int> ReportAsync(BoardApi api, IReadOnlyList<Work> graph, List<string> keys, string witness)
    {
        var expected = WorkGraph.ExpectedValues(graph);
        var tasks = new List<Ended>();
        for (var i = 0; i < keys.Count; i++)
            tasks.Add(new Ended(graph[i], await api.TaskAsync(keys[i]), await api.RunsAsync(keys[i]), expected[i]));
        var lines = (await File.ReadAllLinesAsync(witness)).Select(line => line.Split(' ')).ToList();

        Say("");
        Say($"{"task",-9} {"title",-12} {"lane",-8} {"host",-8} {"status",-7} runs, oldest first");
        foreach (var (work, detail, runs, _) in tasks)
            Say($"{detail.Task.Key,-9} {work.Title,-12} {work.Lane,-8} {runs.FirstOrDefault(r => r.State == RunState.Succeeded)?.Host,-8} {detail.Task.Status.ToString().ToLowerInvariant(),-7} {string.Join("; ", runs.OrderBy(r => r.Number).Select(Shown))}");

        var accepted = tasks.SelectMany(t => t.Runs).Where(r => r.State == RunState.Succeeded).Select(r => r.Id.ToString()).ToHashSet();
        var lost = tasks.SelectMany(t => t.Runs).Count(r => r.State == RunState.Lost);
        var faults = DemoCheck.Faults(tasks, lines, new HashSet<string> { Boreas.Host, Cirrus.Host }, GpuCap).ToList();
        if (lost == 0)
            faults.Add("No run was lost: the kill hit nothing.");

        Say("");
        Say($"{tasks.Count(t => t.Detail.Task.Status == Status.Done)} of {tasks.Count} tasks done, {accepted.Count} runs accepted, {lost} lost with their worker, "
            + $"{lines.Count(l => !accepted.Contains(l[1]))} of those finished behind its back and were not accepted.");
        Say($"The last task handed on {tasks[^1].Detail.Metadata?.ToString() ?? "nothing"}; {expected[^1]} is right.");
        foreach (var fault in faults)
            Say("FAULT: " + fault);
        Say(faults.Count == 0 ? "Every task is done, and no run was accepted twice." : $"{faults.Count} faults.");
        return faults.Count == 0 ? 0 : 1;
    }

    private static string Shown(RunView run) => string.Create(
        CultureInfo.InvariantCulture, $"{run.Number} {run.State.ToString().ToLowerInvariant()} {run.WorkerId ?? "-"} token {run.FencingToken}");

    private static async Task<int> CountDoneAsync(BoardApi api, List<string> keys) =>
        (await api.AllAsync<TaskView>("tasks?status=done")).Count(t => keys.Contains(t.Key));

    private static void Say(string text) => Console.WriteLine(text);
}
