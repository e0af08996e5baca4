using System.Diagnostics;
using System.Net;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>
/// A pool of four units in a storm: three boards and many workers, all of them processes; two workers and a board killed together every few seconds;
/// meanwhile runs fail and are tried again, tasks are set aside and let go in bulk, passes are made by hand on every board, and a schedule makes tasks.
/// </summary>
/// <param name="workers">How many processes.</param>
/// <param name="slotsEach">Of each of them.</param>
public sealed class CapChaos(int workers, int slotsEach, TimeSpan time, TimeSpan every, Random random, Action<string> tell)
{
    public const int Cap = 4;

    private const string Pool = "vllm";
    private static readonly string[] Lanes = ["code", "docs"];

    /// <summary>Never fewer tasks wait than this.</summary>
    private const int Waiting = 12;

    private readonly List<TcpProxy> _links = [];
    private int _added;

    /// <summary>Runs it to the end of its last task.</summary>
    /// <returns>How the pool was used while things died, and each broken promise as a sentence.</returns>
    public async Task<(SlotUse Use, IReadOnlyList<string> Broken)> RunAsync()
    {
        await using var bench = await FaultBench.StartAsync(leaseSeconds: 30, lanes: [], prepare: cluster => cluster.Settings["Admission:RepublishAfter"] = "00:00:03");
        await PrepareAsync(bench);
        using var over = new CancellationTokenSource();
        Task[] meanwhile = [FeedAsync(bench, over.Token), RequeueAsync(bench, over.Token), DispatchAsync(bench, over.Token)];
        await Eventually.Async(async () => await bench.AskAsync<long>("SELECT count(*) FROM runs WHERE live") == Cap);

        var from = await NowAsync(bench);
        await KillAsync(bench);
        var to = await NowAsync(bench);

        await over.CancelAsync();
        await Task.WhenAll(meanwhile);
        await AskAnyAsync(bench, api => api.PostAsync($"schedules/{Pool}/pause"));
        var broken = await bench.Oracle.JudgeAsync(TimeSpan.FromMinutes(3));
        await using var source = Npgsql.NpgsqlDataSource.Create(bench.Cluster.Database);
        var use = SlotUse.Of(await Audit.ReadAsync(source), Cap, from, to);
        tell(FormattableString.Invariant($"at most {use.Most} of {Cap} units held; {use.Used:P1} of them while tasks waited, which was for {use.Waited.TotalSeconds:0} of {(to - from).TotalSeconds:0} s; {_added} tasks"));
        return (use, broken.Count == 0 ? broken : [.. broken, await bench.Oracle.TrailAsync()]);
    }

    private async Task PrepareAsync(FaultBench bench)
    {
        var (cluster, api) = (bench.Cluster, bench.Board.Api);
        await Task.WhenAll(cluster.StartBoardAsync(), cluster.StartBoardAsync());
        await api.PostAsync<PoolView>("pools", new CreatePool(Pool, PoolKind.Fixed, Cap));
        foreach (var lane in Lanes)
            await api.AddLaneAsync(new CreateLane(lane, MaxAttempts: 50, BackoffSeconds: 1, RetryPercent: 100, Draws: new Dictionary<string, int?> { [Pool] = 1 }));
        await api.PostAsync("schedules", new CreateSchedule(Pool, "*/3 * * * * *", New(bench, fails: false)));
        await Task.WhenAll(Enumerable.Range(0, workers).Select(i =>
        {
            var board = cluster.Boards[i % cluster.Boards.Count];
            _links.Add(cluster.Link(board.Url));
            return cluster.StartWorkerAsync(new WorkerShape($"worker-{i}", $"worker-{i}", Lanes.ToDictionary(l => l, _ => slotsEach)), board, _links[i]);
        }));
    }

    /// <summary>Two workers and a board at the same moment, and all three started again at once. Some workers' hosts die with them, of others the runs go on.</summary>
    private async Task KillAsync(FaultBench bench)
    {
        var cluster = bench.Cluster;
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < time;)
        {
            // One board at least is there at any time, as it would be with a rolling restart gone wrong.
            var ready = await ReadyAsync(cluster);
            var board = ready.Count > 1 ? Any(ready) : null;
            var first = Next(workers);
            WorkerProcess[] dying = [cluster.Workers[first], cluster.Workers[(first + 1 + Next(workers - 1)) % workers]];
            tell(FormattableString.Invariant($"{Stopwatch.GetElapsedTime(started).TotalSeconds,4:0.0} s: {string.Join(" and ", dying.Select(w => w.Id))}{(board is null ? "" : $", board {cluster.Boards.ToList().IndexOf(board) + 1}")}"));
            await Task.WhenAll(dying[0].KillHostAsync(), dying[1].Kill9Async(), board?.Kill9Async() ?? Task.CompletedTask);
            // As a balancer would, once it has seen the board dead.
            foreach (var link in _links.Where(link => board is not null && link.Target == new Uri(board.Url).Port))
                link.Target = new Uri(Any(ready.Where(other => other != board).ToList()).Url).Port;
            foreach (var worker in dying)
                worker.Launch();
            board?.Launch();
            await Task.Delay(every);
        }
    }

    /// <summary>Sees to it that work waits all the time; every fifth task fails at first.</summary>
    private async Task FeedAsync(FaultBench bench, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var missing = Waiting - await bench.AskAsync<long>("SELECT count(*) FROM tasks t WHERE status = 'ready' AND NOT EXISTS (SELECT FROM runs WHERE task_id = t.id AND live)");
            if (missing > 0)
            {
                var tasks = new CreateTasks([.. Enumerable.Range(0, (int)missing).Select(_ => New(bench, fails: ++_added % 5 == 0) with { IdempotencyKey = $"chaos-{_added}" })]);
                await AskAnyAsync(bench, api => api.PostAsync("tasks/bulk", tasks));
            }
            await PauseAsync(TimeSpan.FromSeconds(0.3), over);
        }
    }

    /// <summary>Sets tasks aside, offered ones too, and lets all that are aside go at once.</summary>
    private async Task RequeueAsync(FaultBench bench, CancellationToken over)
    {
        do
        {
            await using var source = Npgsql.NpgsqlDataSource.Create(bench.Cluster.Database);
            foreach (var (status, verb) in new[] { ("ready", "block"), ("blocked", "unblock") })
            {
                var keys = await Audit.ReadAsync(source, $"SELECT board || '-' || number FROM tasks WHERE status = '{status}' ORDER BY number LIMIT 6", r => r.GetString(0));
                await Task.WhenAll(keys.Select(key => AskAnyAsync(bench, api => UnlessRefusedAsync(api, $"tasks/{key}/{verb}"))));
            }
            await PauseAsync(TimeSpan.FromSeconds(1.5), over);
        }
        while (!over.IsCancellationRequested);
    }

    /// <summary>Passes by hand, on all boards at the same moment.</summary>
    private async Task DispatchAsync(FaultBench bench, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await Task.WhenAll(bench.Cluster.Boards.Select(_ => AskAnyAsync(bench, api => api.PostAsync<DispatchView>("dispatch", new Dispatch(Cap)))));
            await PauseAsync(TimeSpan.FromSeconds(0.4), over);
        }
    }

    private CreateTask New(FaultBench bench, bool fails)
    {
        var work = FormattableString.Invariant($"sleep {0.5 + Next(10) / 10.0:0.0}");
        return new CreateTask("a task", Any(Lanes), Body: bench.Witness.Script(fails ? $"[ \"$KANBAN_ATTEMPT\" -gt 1 ] || exit 1\n{work}" : work));
    }

    /// <summary>A task that runs or has ended by now is rightly left alone.</summary>
    private static async Task UnlessRefusedAsync(BoardApi api, string path)
    {
        try
        {
            await api.PostAsync(path);
        }
        catch (HttpRequestException e) when (e.StatusCode is HttpStatusCode.Conflict)
        {
            return;
        }
    }

    /// <summary>Asks any board; another one when it dies over it.</summary>
    private async Task AskAnyAsync(FaultBench bench, Func<BoardApi, Task> ask)
    {
        for (var failures = 0; ;)
        {
            try
            {
                await ask(Any(bench.Cluster.Boards).Api);
                return;
            }
            catch (HttpRequestException e) when (e.StatusCode is null or HttpStatusCode.ServiceUnavailable && ++failures < 200)
            {
                await Task.Delay(TimeSpan.FromSeconds(0.1));
            }
        }
    }

    private static async Task<List<BoardProcess>> ReadyAsync(Cluster cluster)
    {
        var ready = new List<BoardProcess>();
        foreach (var board in cluster.Boards)
        {
            try
            {
                if (await board.Api.IsReadyAsync())
                    ready.Add(board);
            }
            catch (HttpRequestException)
            {
                // It is still starting.
            }
        }
        return ready;
    }

    private static async Task<DateTimeOffset> NowAsync(FaultBench bench) => await bench.AskAsync<DateTime>("SELECT clock_timestamp()");

    private static Task PauseAsync(TimeSpan time, CancellationToken over) => Task.Delay(time, over).ContinueWith(_ => { }, TaskScheduler.Default);

    // Reproducible on purpose, and nothing secret; asked by several at once.
#pragma warning disable CA5394
    private int Next(int below)
    {
        lock (random)
            return random.Next(below);
    }
#pragma warning restore CA5394

    private T Any<T>(IReadOnlyList<T> all) => all[Next(all.Count)];
}
