using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;
using Npgsql;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>A database that dies, cuts connections, or has none left.</summary>
public sealed class LostDatabaseTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(6);

    [NeedsServersFact]
    public async Task A_database_that_is_killed_under_load_keeps_what_was_acknowledged_and_costs_no_run_its_lease()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        await using var cluster = await Cluster.CreateAsync(postgres, await SharedServers.RabbitAsync());
        var board = await cluster.StartBoardAsync();
        var oracle = await Oracle.WatchAsync(cluster);
        await board.Api.AddLaneAsync(new CreateLane("work"));
        await cluster.StartWorkerAsync(new WorkerShape("w1", "work", 3));
        var gate = Path.Combine(cluster.Folder, "go");
        var held = await board.Api.AddTaskAsync(new CreateTask("held", "work", Body: oracle.Witness.Script($"while [ ! -e '{gate}' ]; do sleep 0.2; done")));
        await Eventually.Async(() => oracle.Witness.Lines.Count == 1);

        using var over = new CancellationTokenSource();
        var callers = new Callers(board.Api.Http);
        var calling = callers.RunAsync(8, over.Token);
        await Eventually.Async(() => callers.Acknowledged.Count > 20);
        await postgres.Kill9Async();
        await Task.Delay(Lease * 1.5);
        Assert.NotEmpty(callers.Away);
        await postgres.StartAsync();
        var before = callers.Acknowledged.Count;
        await Eventually.Async(() => callers.Acknowledged.Count > before + 20);
        await over.CancelAsync();
        await calling;
        // Time enough for a sweep that takes the outage for the worker's silence.
        await Task.Delay(Lease + TimeSpan.FromSeconds(1));

        Assert.Equal([], callers.Wrong);
        Assert.Equal([RunState.Running], (await board.Api.RunsAsync(held.Key)).Select(r => r.State));
        await File.WriteAllTextAsync(gate, "");
        await oracle.CheckAsync();
        var there = (await board.Api.AllAsync<TaskView>("tasks")).Select(t => t.Key).ToHashSet();
        Assert.Equal([], callers.Acknowledged.Where(key => !there.Contains(key)));
        Assert.Equal([(1, RunState.Succeeded)], (await board.Api.RunsAsync(held.Key)).Select(r => (r.Number, r.State)));
    }

    [NeedsServersFact]
    public async Task Connections_that_are_cut_in_the_middle_of_anything_heal_and_nothing_is_lost_or_doubled()
    {
        await using var cluster = await Cluster.CreateAsync();
        var board = await cluster.StartBoardAsync();
        var oracle = await Oracle.WatchAsync(cluster);
        await board.Api.AddLaneAsync(new CreateLane("work"));
        await cluster.StartWorkerAsync(new WorkerShape("w1", "work", 4));
        using var over = new CancellationTokenSource();
        var callers = new Callers(board.Api.Http, oracle.Witness.Script(":"));
        var calling = callers.RunAsync(2, over.Token);

        await using var axe = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(cluster.Database) { ApplicationName = "axe" }.ConnectionString);
        for (var i = 0; i < 25; i++)
        {
            await using var cut = axe.CreateCommand("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'kanban-%'");
            await cut.ExecuteScalarAsync();
            await Task.Delay(200);
        }
        await Eventually.Async(() => callers.Acknowledged.Count > 10);
        await over.CancelAsync();
        await calling;

        Assert.Equal([], callers.Wrong);
        await oracle.CheckAsync();
        var done = (await board.Api.AllAsync<TaskView>("tasks?status=done")).Select(t => t.Key).ToHashSet();
        Assert.Equal([], callers.Acknowledged.Where(key => !done.Contains(key)));
    }

    [NeedsServersFact]
    public async Task Heartbeats_go_on_while_every_other_connection_is_taken()
    {
        await using var cluster = await Cluster.CreateAsync();
        cluster.Settings["Storage:MaxConnections"] = "8";
        cluster.Settings["Storage:LeaseConnections"] = "4";
        var board = await cluster.StartBoardAsync();
        await board.Api.AddLaneAsync(new CreateLane("work"));
        await cluster.StartWorkerAsync(new WorkerShape("w1", "work", 1));
        var gate = Path.Combine(cluster.Folder, "go");
        var task = await board.Api.AddTaskAsync(new CreateTask("held", "work", Body: $"while [ ! -e '{gate}' ]; do sleep 0.2; done"));
        var run = (await cluster.UntilAsync(task.Key, Status.Running)).Task.Run!.Id;

        await using var source = NpgsqlDataSource.Create(cluster.Database);
        await using var blocker = await source.OpenConnectionAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        await ExecuteAsync(blocker, "LOCK TABLE comments IN ACCESS EXCLUSIVE MODE");
        using var over = new CancellationTokenSource();
        var pages = Enumerable.Range(0, 20).Select(_ => AskAsync(board.Api.Http, task.Key, over.Token)).ToList();
        await Eventually.Async(async () => await CountAsync(source, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'kanban-board' AND wait_event_type = 'Lock'") == 4);
        var beats = await CountAsync(source, "SELECT extract(epoch FROM heartbeat_at)::bigint FROM workers");

        // Two leases long.
        await Eventually.Async(async () => await CountAsync(source, "SELECT extract(epoch FROM heartbeat_at)::bigint FROM workers") >= beats + 12);
        await Eventually.Async(async () => await CountAsync(source, $"SELECT count(*) FROM leases WHERE run_id = '{run}' AND expires_at > now() + interval '3 s'") == 1);

        await over.CancelAsync();
        await transaction.RollbackAsync();
        var answers = (await Task.WhenAll(pages)).SelectMany(a => a).ToList();
        Assert.All(answers, status => Assert.True(status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"a page was answered {status}"));
        await File.WriteAllTextAsync(gate, "");
        await cluster.UntilAsync(task.Key, Status.Done);
        Assert.Single(await board.Api.RunsAsync(task.Key));
    }

    private static async Task<List<HttpStatusCode>> AskAsync(HttpClient http, string key, CancellationToken over)
    {
        var answers = new List<HttpStatusCode>();
        while (!over.IsCancellationRequested)
        {
            using var answer = await http.GetAsync(new Uri($"tasks/{key}", UriKind.Relative), CancellationToken.None);
            answers.Add(answer.StatusCode);
        }
        return answers;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<long> CountAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Calls that come without pause, reads and writes, and what they were told.</summary>
    private sealed class Callers(HttpClient http, string body = "true")
    {
        public ConcurrentQueue<string> Acknowledged { get; } = [];

        /// <summary>Answers 503 with Retry-After.</summary>
        public ConcurrentQueue<string> Away { get; } = [];

        /// <summary>Answers that are neither a success nor that.</summary>
        public ConcurrentQueue<string> Wrong { get; } = [];

        public Task RunAsync(int count, CancellationToken over) => Task.WhenAll(Enumerable.Range(0, count).Select(n => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                if (n % 4 == 3)
                    await CallAsync(() => http.GetAsync(new Uri("tasks?limit=10", UriKind.Relative), CancellationToken.None), _ => Task.CompletedTask);
                else
                    await CallAsync(
                        () => http.PostAsJsonAsync(new Uri("tasks", UriKind.Relative), new CreateTask("t", "work", Body: body), Json.Client, CancellationToken.None),
                        async answer => Acknowledged.Enqueue((await answer.Content.ReadFromJsonAsync<TaskView>(Json.Client))!.Key));
                await Task.Delay(20, CancellationToken.None);
            }
        }, CancellationToken.None)));

        private async Task CallAsync(Func<Task<HttpResponseMessage>> call, Func<HttpResponseMessage, Task> success)
        {
            using var answer = await call();
            if (answer.IsSuccessStatusCode)
                await success(answer);
            else if (answer is { StatusCode: HttpStatusCode.ServiceUnavailable, Headers.RetryAfter: not null })
                Away.Enqueue(answer.RequestMessage!.Method.Method);
            else
                Wrong.Enqueue($"{answer.RequestMessage!.Method}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
    }
}
