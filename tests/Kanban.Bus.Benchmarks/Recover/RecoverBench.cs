using System.Diagnostics;
using System.Globalization;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.Tests.Harness;
using Npgsql;

namespace Kanban.Bus.Benchmarks.Recover;

/// <summary>How long work stands still when a worker, the broker or the database is killed, with the default lease and heartbeat.</summary>
public static class RecoverBench
{
    private const int Victims = 6;
    private const int SlotsEach = 8;
    private const string Slow = "slow";

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        await using var installation = await Installation.StartAsync();
        await installation.ServeAsync(workers: 2, slotsEach: 16);
        await WorkFlowsAsync(installation);
        return
        [
            .. await WorkersAsync(installation),
            await ServerAsync(installation, "recover.postgres_kill_s", "PostgreSQL", installation.Postgres.Kill9Async, installation.Postgres.StartAsync),
            await ServerAsync(installation, "recover.broker_kill_s", "RabbitMQ", installation.Rabbit.Kill9Async, installation.Rabbit.StartAsync),
        ];
    }

    /// <summary>Hosts die one after the other, in all phases of their heartbeats; other workers have room for all that they held.</summary>
    private static async Task<IReadOnlyList<Figure>> WorkersAsync(Installation installation)
    {
        await installation.Board.Api.AddLaneAsync(new CreateLane(Slow));
        var victims = new List<WorkerProcess>();
        for (var i = 1; i <= Victims; i++)
            victims.Add(await installation.Cluster.StartWorkerAsync(new WorkerShape($"victim-{i}", Slow, SlotsEach)));
        await installation.Board.Api.PostAsync("tasks/bulk", new CreateTasks(
            [.. Enumerable.Range(0, Victims * SlotsEach).Select(i => new CreateTask($"slow {i}", Slow, Body: "[ \"$KANBAN_ATTEMPT\" -gt 1 ] || sleep 600"))]));
        await using var database = NpgsqlDataSource.Create(installation.Cluster.Database);
        await Eventually.Async(async () => (await CountAsync(database, "SELECT count(*) FROM runs WHERE lane = 'slow' AND state = 'Running'")) == Victims * SlotsEach, TimeSpan.FromMinutes(2));
        await installation.Cluster.StartWorkerAsync(new WorkerShape("heir", Slow, Victims * SlotsEach));

        foreach (var victim in victims)
        {
            await using (var mark = database.CreateCommand("CREATE TABLE IF NOT EXISTS kills (worker text, at timestamptz); INSERT INTO kills VALUES ($1, clock_timestamp())"
                             .Replace("$1", $"'{victim.Id}'", StringComparison.Ordinal)))
                await mark.ExecuteNonQueryAsync();
            await victim.KillHostAsync();
            await Task.Delay(TimeSpan.FromSeconds(0.8));
        }
        await Eventually.Async(async () => (await AfterKillAsync(database)).Count == Victims * SlotsEach, TimeSpan.FromMinutes(3));

        var waits = await AfterKillAsync(database);
        var conditions = string.Create(CultureInfo.InvariantCulture,
            $"{Victims} workers with {SlotsEach} runs each killed by SIGKILL 0.8 s apart, another one with room for all; from the kill to the start of the task's next run, by the database's clock; lease 30 s, heartbeat 5 s");
        return
        [
            new("recover.worker_kill_p50_s", Figures.Percentile(waits, 0.5), "s", conditions),
            new("recover.worker_kill_p99_s", Figures.Percentile(waits, 0.99), "s", conditions),
        ];
    }

    private static async Task<Figure> ServerAsync(Installation installation, string name, string server, Func<Task> kill, Func<Task> start)
    {
        var time = Stopwatch.StartNew();
        await kill();
        await start();
        var back = time.Elapsed;
        await WorkFlowsAsync(installation);
        return new(name, time.Elapsed.TotalSeconds, "s", string.Create(CultureInfo.InvariantCulture,
            $"{server} killed by SIGKILL and started again at once; from the kill until a new task is done; the server itself answered after {back.TotalSeconds:0.0} s"));
    }

    /// <summary>Returns when a task that is made now is done.</summary>
    private static async Task WorkFlowsAsync(Installation installation)
    {
        TaskView? task = null;
        await Eventually.Async(
            async () =>
            {
                try
                {
                    task ??= await installation.Board.Api.AddTaskAsync(new CreateTask("does work flow?", Installation.Lane));
                    return (await installation.Board.Api.TaskAsync(task.Key)).Task.Status == Status.Done;
                }
                catch (HttpRequestException)
                {
                    // The board says 503 for as long as it has no database; it is asked again.
                    return false;
                }
            },
            TimeSpan.FromMinutes(3));
    }

    /// <summary>Seconds from each killed run's kill to the start of its task's next run.</summary>
    private static async Task<List<double>> AfterKillAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(
            """
            SELECT extract(epoch FROM next.started_at - kills.at)::float8
            FROM kills JOIN runs lost ON lost.worker_id = kills.worker AND lost.state = 'Lost'
            JOIN runs next ON next.task_id = lost.task_id AND next.number > lost.number AND next.started_at IS NOT NULL
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var waits = new List<double>();
        while (await reader.ReadAsync())
            waits.Add(reader.GetDouble(0));
        return waits;
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
