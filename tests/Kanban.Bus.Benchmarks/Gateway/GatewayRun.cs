using System.Diagnostics;
using System.Globalization;
using Kanban.Bus.Benchmarks.Lifecycle;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Npgsql;

namespace Kanban.Bus.Benchmarks.Gateway;

/// <summary>Two hundred tasks worked off by a whole installation against an emulated gateway, under one cap.</summary>
/// <param name="Done">Tasks that got their answer; the others gave up after three time-outs.</param>
/// <param name="Goodput">Tasks done in a second, from the first start to the last end.</param>
/// <param name="TimedOut">Requests that their task gave up.</param>
/// <param name="Moves">Of the cap.</param>
public sealed record GatewayRun(string Cap, int Done, double Goodput, int TimedOut, int Refused, double Seconds, int Moves)
{
    public const int Tasks = 200;
    public const string Lane = "gateway";

    private const string Pool = "llm";

    public const int MostTimeOuts = 3;

    public static readonly TimeSpan Service = TimeSpan.FromMilliseconds(500);
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <param name="cap">A fixed one; 0 for none; null for the one that follows the gateway.</param>
    public static async Task<GatewayRun> MeasureAsync(Installation installation, NpgsqlDataSource database, Scenario scenario, int? cap)
    {
        await using var gateway = await GatewayEmulator.StartAsync();
        (gateway.Slots, gateway.Service, gateway.QueueLimit, gateway.Degradation) = (Scenario.Slots, Service, 4 * Scenario.Slots, 0.5);
        var api = installation.Board.Api;
        await api.PostAsync($"lanes/{Lane}/pause");
        await SetAsync(installation, cap, gateway.Url);
        await api.PostAsync("tasks/bulk", new CreateTasks([.. Enumerable.Range(1, Tasks).Select(i => new CreateTask($"task {i}", Lane, Body: Script(new Uri(gateway.Url).Port)))]));

        using var over = new CancellationTokenSource();
        var time = Stopwatch.StartNew();
        var play = scenario.Play(gateway, over.Token);
        await api.PostAsync($"lanes/{Lane}/resume");
        await Eventually.Async(async () => !await LifecycleBench.AnyOpenAsync(database), TimeSpan.FromMinutes(5));
        time.Stop();
        await over.CancelAsync();
        await play.ContinueWith(_ => { }, TaskScheduler.Default);

        var done = await TakeDoneAsync(database);
        var moves = await TakeMovesAsync(database);
        return new GatewayRun(
            cap switch { null => "adaptive", 0 => "none", _ => cap.Value.ToString(CultureInfo.InvariantCulture) },
            done, done / time.Elapsed.TotalSeconds, gateway.Abandoned, gateway.Refused, time.Elapsed.TotalSeconds, moves);
    }

    /// <summary>The lane and its pool, once.</summary>
    public static async Task PrepareAsync(Installation installation)
    {
        await installation.Board.Api.PostAsync<PoolView>("pools", new CreatePool(Pool, PoolKind.Gateway));
        // What fails without a cap must not open the lane's breaker for the cap that is measured next.
        await installation.Board.Api.AddLaneAsync(new CreateLane(Lane, Draws: new Dictionary<string, int?> { [Pool] = 1 }, Retry: RetryMode.Never, BreakerTasks: 0));
        await installation.Cluster.StartWorkerAsync(new IntegrationTests.Harness.WorkerShape("gateway-1", Lane, Tasks)
        {
            Settings = new Dictionary<string, string> { ["LogLevel"] = "Warning" },
        });
    }

    /// <summary>The adaptive cap begins where every new gateway does, at two.</summary>
    private static Task<PoolView> SetAsync(Installation installation, int? cap, string address) => installation.Board.Api.PatchAsync<PoolView>("pools/" + Pool, cap is null
        ? new { capacity = (int?)Board.Pools.Pool.DefaultGatewayCapacity, floor = (int?)1, ceiling = (int?)64, probe = (string?)"vllm", address = (string?)address }
        : new { capacity = (int?)(cap == 0 ? Tasks : cap), floor = (int?)null, ceiling = (int?)null, probe = (string?)null, address = (string?)null });

    /// <summary>An agent of a few lines: one request, given up when it takes too long, and tried again after a pause; it fails after three that it gave up.</summary>
    private static string Script(int port) => string.Create(CultureInfo.InvariantCulture,
        $$"""
        exec bash -c '
        timeouts=0
        while [ $timeouts -lt {{MostTimeOuts}} ]; do
            exec 3<>/dev/tcp/127.0.0.1/{{port}}
            printf "POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" >&3
            status=0
            read -r -t {{Patience.TotalSeconds}} _ status _ <&3 || status=timeout
            exec 3>&-
            case "$status" in
            200) exit 0 ;;
            timeout) timeouts=$((timeouts + 1)) ;;
            esac
            sleep 0.$((RANDOM % 5 + 2))
        done
        exit 1'
        """);

    /// <summary>Counts them and takes all tasks out of the way of the next measurement.</summary>
    private static async Task<int> TakeDoneAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("WITH gone AS (UPDATE tasks SET archived = true WHERE NOT archived RETURNING status) SELECT count(*) FROM gone WHERE status = 'done'");
        return (int)(long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Counts them and takes them out of the history, so that the next measurement counts its own.</summary>
    private static async Task<int> TakeMovesAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("DELETE FROM events WHERE type = 'pool.moved'");
        return await command.ExecuteNonQueryAsync();
    }
}
