using System.Diagnostics;
using System.Globalization;
using Kanban.Bus.Benchmarks.Idle;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Benchmarks.Admission;

/// <summary>A hundred thousand children of one parent become ready by one act, in twenty lanes that draw from five pools: how long a pass takes while they are worked off, and what callers and the broker notice.</summary>
public static class BurstBench
{
    private const int Tasks = 100_000;
    private const int Lanes = 20;
    private const int Pools = 5;
    private const int PoolUnits = 24;
    private const int Workers = 4;
    private const int SlotsEach = 4;
    private const int Bulk = 500;

    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        await using var installation = await Installation.StartAsync();
        var api = installation.Board.Api;
        await SetUpAsync(installation, api);
        // Code is compiled and caches are filled before.
        await AddAsync(api, 4_000, []);
        await Eventually.Async(async () => await ReadyAsync(api) == 0, TimeSpan.FromMinutes(3), "the warm-up is done");
        var parent = await api.AddTaskAsync(new CreateTask("parent", LaneOf(0), Status: Status.Scheduled));
        var last = await AddAsync(api, Tasks, [parent.Key]);

        var cost = ProcessCost.Watch(installation.Board.ProcessId);
        var (before, largest) = (cost.ResidentMegabytes, 0d);
        await api.PostAsync($"tasks/{parent.Key}/move", new MoveTask(Status.Done));
        string[] pages = ["tasks?status=ready", "tasks/" + last, $"tasks/{last}/why"];
        var took = pages.Select(_ => new List<double>()).ToArray();
        var (deepest, longestPass, p99) = (0, 0d, 0d);
        var time = Stopwatch.StartNew();
        while (time.Elapsed < Watched)
        {
            for (var i = 0; i < pages.Length; i++)
                took[i].Add(await TimeAsync(api, pages[i]));
            deepest = Math.Max(deepest, (await installation.Rabbit.Management.QueueDepthsAsync(installation.Cluster.VirtualHost)).Where(q => q.Key.StartsWith("kanban.lane.", StringComparison.Ordinal)).Max(q => q.Value));
            largest = Math.Max(largest, cost.ResidentMegabytes);
            var passes = (await api.GetAsync<OrderView>("order")).Passes;
            (p99, longestPass) = (Math.Max(p99, passes.P99Ms), Math.Max(longestPass, passes.LongestMs));
            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }

        var left = await ReadyAsync(api);
        if (left == 0)
            throw new InvalidOperationException("Everything was done before it was measured.");
        if (deepest > Workers * SlotsEach)
            throw new InvalidOperationException($"A lane's queue held {deepest} offers; {Workers * SlotsEach} slots are its bound.");
        var conditions = string.Create(CultureInfo.InvariantCulture,
            $"{Tasks} children of one parent, released at once; {Lanes} lanes, {Pools} pools of {PoolUnits} units, 3 boards, {Workers} workers with {SlotsEach} slots in each lane; over the first {Watched.TotalSeconds:0} s, {left} still ready then; all on {Environment.ProcessorCount} cores");
        return
        [
            new("admission.burst_p99_ms", p99, "ms", conditions + $"; a pass, by the board's own clock, worst p99 of any thousand; longest {longestPass:0} ms"),
            new("admission.burst_page_p99_ms", took.Max(t => Figures.Percentile(t, 0.99)), "ms", conditions + $"; the slowest of three pages, {took[0].Count} calls each; median and p99 of the list of ready tasks {Both(took[0])}, of one task {Both(took[1])}, of why {Both(took[2])}"),
            new("admission.burst_rss_growth_mb", Math.Max(0, largest - before), "MB", conditions + $"; largest, over {before:0} MB before"),
            new("admission.burst_queue_depth", deepest, "", conditions + "; most messages in a lane's queue, unacked ones included"),
        ];
    }

    private static async Task SetUpAsync(Installation installation, BoardApi api)
    {
        for (var i = 0; i < Pools; i++)
            await api.PostAsync("pools", new CreatePool($"pool-{i}", Capacity: PoolUnits));
        foreach (var board in new[] { "web", "docs" })
            await api.PostAsync("boards", new CreateBoard(board));
        for (var i = 0; i < Lanes; i++)
            await api.AddLaneAsync(new CreateLane(LaneOf(i), Profile: Installation.Lane, Draws: new Dictionary<string, int?> { [$"pool-{i % Pools}"] = 1 }));
        await Task.WhenAll(Enumerable.Range(1, Workers).Select(i => installation.Cluster.StartWorkerAsync(
            new WorkerShape($"load-{i}", $"host-{i}", Enumerable.Range(0, Lanes).ToDictionary(LaneOf, _ => SlotsEach))
            {
                Settings = new Dictionary<string, string> { [$"Profiles:{Installation.Lane}:Executor"] = "none", ["LogLevel"] = "Warning" },
            })));
    }

    /// <returns>The key of the last one.</returns>
    private static async Task<string> AddAsync(BoardApi api, int count, IReadOnlyList<string> parents)
    {
        string[] boards = ["main", "web", "docs"];
        var last = "";
        for (var made = 0; made < count; made += Bulk)
            last = (await api.PostAsync<Page<TaskView>>("tasks/bulk", new CreateTasks([.. Enumerable.Range(made, Bulk).Select(i => new CreateTask(
                $"task {i}", LaneOf(i % Lanes), Board: boards[i % 3], Priority: i % 5, Parents: parents,
                Draws: i % 7 == 0 ? new Dictionary<string, int?> { [$"pool-{i % Pools}"] = 3 } : null))]))).Items[^1].Key;
        return last;
    }

    private static async Task<int> ReadyAsync(BoardApi api) => (await api.GetAsync<Page<BoardView>>("boards")).Items.Sum(b => b.Counts["ready"] + b.Counts["running"]);

    private static async Task<double> TimeAsync(BoardApi api, string page)
    {
        var time = Stopwatch.StartNew();
        using var answer = await api.Http.GetAsync(new Uri(page, UriKind.Relative));
        answer.EnsureSuccessStatusCode();
        await answer.Content.ReadAsByteArrayAsync();
        return time.Elapsed.TotalMilliseconds;
    }

    private static string Both(List<double> took) => string.Create(CultureInfo.InvariantCulture, $"{Figures.Percentile(took, 0.5):0} and {Figures.Percentile(took, 0.99):0} ms");

    private static string LaneOf(int i) => $"lane-{i}";
}
