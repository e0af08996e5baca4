using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Kanban.Bus.Benchmarks.Idle;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;
using Npgsql;

namespace Kanban.Bus.Benchmarks.Beat;

/// <summary>What heartbeats cost the board: workers that are nothing but their HTTP calls hold many runs and beat as workers do.</summary>
public static class BeatBench
{
    private const string Lane = "load";
    private const int Workers = 8;
    private const int RunsEach = 250;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(40);

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        await using var rabbit = await RabbitServer.StartNewAsync();
        await using var cluster = await Cluster.CreateAsync(postgres, rabbit);
        cluster.Settings.Clear();
        cluster.Settings["LogLevel"] = "warning";
        var board = await cluster.StartBoardAsync();
        await board.Api.AddLaneAsync(new CreateLane(Lane));
        var workers = new List<SimulatedWorker>();
        for (var i = 1; i <= Workers; i++)
            workers.Add(await SimulatedWorker.RegisterAsync(board.Url, cluster.WorkerKey, $"w{i}", RunsEach));
        for (var made = 0; made < Workers * RunsEach; made += 500)
            await board.Api.PostAsync("tasks/bulk", new CreateTasks([.. Enumerable.Range(made, 500).Select(n => new CreateTask($"task {n}", Lane))]));
        await using var source = NpgsqlDataSource.Create(cluster.Database);
        await Eventually.Async(async () => (await RunsAsync(source, "Offered")).Count == Workers * RunsEach, within: TimeSpan.FromMinutes(2));
        var offered = (await RunsAsync(source, "Offered")).Chunk(RunsEach).ToList();
        try
        {
            for (var i = 0; i < Workers; i++)
                await workers[i].ClaimAsync(offered[i]);
        }
        catch (HttpRequestException error)
        {
            throw new InvalidOperationException($"The runs could not be claimed: {error.Message}\n{board.Log}", error);
        }

        using var over = new CancellationTokenSource();
        var beating = workers.Select((worker, i) => worker.BeatAsync(Interval, Interval * i / Workers, over.Token)).ToList();
        await Task.Delay(WarmUp);
        workers.ForEach(w => w.Took.Clear());
        var cost = ProcessCost.Watch(board.ProcessId);
        await Task.Delay(Watched);
        var percent = cost.CorePercent;
        await over.CancelAsync();
        await Task.WhenAll(beating);

        var live = (await RunsAsync(source, "Running")).Count;
        if (live != Workers * RunsEach)
            throw new InvalidOperationException($"{live} runs are live, not {Workers * RunsEach}: what was measured is something else.");
        var conditions = $"{Workers * RunsEach} live runs of {Workers} workers that beat every {Interval.TotalSeconds:0} s, PostgreSQL, over {Watched.TotalSeconds:0} s";
        return
        [
            new("beat.board_core_percent", percent, "%", "the board's process: " + conditions),
            new("beat.p99_ms", Figures.Percentile([.. workers.SelectMany(w => w.Took)], 0.99), "ms", "a heartbeat's answer: " + conditions),
        ];
    }

    private static async Task<List<Guid>> RunsAsync(NpgsqlDataSource source, string state)
    {
        await using var command = source.CreateCommand("SELECT id FROM runs WHERE state = $1 ORDER BY id");
        command.Parameters.AddWithValue(state);
        await using var reader = await command.ExecuteReaderAsync();
        var runs = new List<Guid>();
        while (await reader.ReadAsync())
            runs.Add(reader.GetGuid(0));
        return runs;
    }

    private sealed class SimulatedWorker(HttpClient http, string id)
    {
        private readonly List<HeldRun> _held = [];

        /// <summary>Milliseconds from each beat to its answer.</summary>
        public List<double> Took { get; } = [];

        public static async Task<SimulatedWorker> RegisterAsync(string url, string key, string id, int slots)
        {
            var http = new HttpClient { BaseAddress = new Uri(url + "/api/v1/") };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            var registered = await AskAsync<Registered>(http, "workers", new RegisterWorker(
                id, id, new Dictionary<string, int> { [Lane] = slots }, [], ["shell"], "bench", WorkerProtocol.Version, [], Environment.ProcessId, null));
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", registered.SessionToken);
            return new SimulatedWorker(http, id);
        }

        public async Task ClaimAsync(IReadOnlyList<Guid> runs)
        {
            foreach (var some in runs.Chunk(25))
            {
                var answers = await AskAsync<ClaimAnswers>(http, $"workers/{id}/claims", new ClaimRuns([.. some.Select((run, slot) => new ClaimItem(run, slot))]));
                _held.AddRange(answers.Answers.Select(a => new HeldRun(a.RunId, a.Grant?.FencingToken ?? throw new InvalidOperationException($"The claim of {a.RunId} was refused: {a.Refused}"))));
            }
        }

        public async Task BeatAsync(TimeSpan interval, TimeSpan first, CancellationToken over)
        {
            await Task.Delay(first, CancellationToken.None);
            using var timer = new PeriodicTimer(interval);
            do
            {
                var from = Stopwatch.GetTimestamp();
                var orders = await AskAsync<Orders>(http, $"workers/{id}/heartbeat", new Heartbeat(_held, new Dictionary<string, int> { [Lane] = 0 }, Draining: false, Load: 1));
                Took.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
                if (orders.Forget.Count > 0)
                    throw new InvalidOperationException($"{orders.Forget.Count} leases of {id} are gone.");
            }
            while (!over.IsCancellationRequested && await timer.WaitForNextTickAsync(CancellationToken.None));
        }

        private static async Task<T> AskAsync<T>(HttpClient http, string path, object body)
        {
            using var content = JsonContent.Create(body, body.GetType(), options: Json.Client);
            using var answer = await http.PostAsync(new Uri(path, UriKind.Relative), content);
            answer.EnsureSuccessStatusCode();
            return (await answer.Content.ReadFromJsonAsync<T>(Json.Client))!;
        }
    }
}
