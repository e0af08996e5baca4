using System.Diagnostics;
using System.Globalization;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Npgsql;

namespace Kanban.Bus.Benchmarks.Lifecycle;

/// <summary>How many tasks go through their whole life in a second: created, offered, claimed, finished, with every event and the history.</summary>
public static class LifecycleBench
{
    private const int Workers = 4;
    private const int SlotsEach = 64;
    private const int Bulk = 500;

    public static async Task<IReadOnlyList<Figure>> RunAsync(int tasks)
    {
        await using var installation = await Installation.StartAsync();
        await installation.ServeAsync(Workers, SlotsEach);
        await using var database = NpgsqlDataSource.Create(installation.Cluster.Database);

        // Code is compiled and caches are filled as in a board that has run for a while: before, half of the board's time is the compiler's.
        await WorkOffAsync(installation, database, 20_000);
        var before = await DoneAsync(database);
        var used = Cpu(installation.Board.ProcessId);
        var time = Stopwatch.StartNew();
        var created = await WorkOffAsync(installation, database, tasks);
        time.Stop();
        used = Cpu(installation.Board.ProcessId) - used;
        var done = await DoneAsync(database) - before;
        if (done != tasks)
            throw new InvalidOperationException($"{done} of {tasks} tasks are done.");
        await CheckAsync(database, tasks);

        var conditions = string.Create(CultureInfo.InvariantCulture,
            $"{tasks} no-op tasks made in bulks of {Bulk}, first creation to last finish; one board, {Workers} worker processes, {Workers * SlotsEach} slots; PostgreSQL (fsync on) and RabbitMQ on the same {Environment.ProcessorCount} cores; after a warm-up of 20,000 tasks");
        return
        [
            new("lifecycle.per_second", tasks / time.Elapsed.TotalSeconds, "1/s", conditions),
            new("lifecycle.board_cpu_ms", used.TotalMilliseconds / tasks, "ms", conditions + "; processor time of the board's process for one task"),
            new("lifecycle.create_per_second", tasks / created.TotalSeconds, "1/s", conditions + "; creations alone, while the rest goes on"),
        ];
    }

    private static TimeSpan Cpu(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.TotalProcessorTime;
    }

    /// <returns>How long the creations took.</returns>
    internal static async Task<TimeSpan> WorkOffAsync(Installation installation, NpgsqlDataSource database, int tasks)
    {
        var time = Stopwatch.StartNew();
        for (var made = 0; made < tasks; made += Bulk)
            await installation.Board.Api.PostAsync("tasks/bulk", new CreateTasks(
                [.. Enumerable.Range(made, Math.Min(Bulk, tasks - made)).Select(i => new CreateTask($"task {i}", Installation.Lane))]));
        var created = time.Elapsed;
        await Eventually.Async(async () => !await AnyOpenAsync(database), TimeSpan.FromMinutes(5));
        return created;
    }

    /// <summary>One look into an index: counting would take a tenth of the database's time.</summary>
    internal static async Task<bool> AnyOpenAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("SELECT EXISTS (SELECT 1 FROM tasks WHERE status IN ('ready', 'running'))");
        return (bool)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<long> DoneAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("SELECT count(*) FROM runs WHERE state = 'Succeeded'");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A rate of work that was not all done, or without its history, would be none.</summary>
    private static async Task CheckAsync(NpgsqlDataSource database, int tasks)
    {
        await using var command = database.CreateCommand(
            """
            SELECT (SELECT count(*) FROM tasks WHERE status <> 'done') AS open,
                   (SELECT count(*) FROM leases) AS leases,
                   (SELECT count(*) FROM runs WHERE live) AS live,
                   (SELECT count(*) FROM events WHERE type LIKE '%run.ended') AS ended
            """);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        if (reader.GetInt64(0) != 0 || reader.GetInt64(1) != 0 || reader.GetInt64(2) != 0 || reader.GetInt64(3) < tasks)
            throw new InvalidOperationException($"{reader.GetInt64(0)} tasks open, {reader.GetInt64(1)} leases, {reader.GetInt64(2)} live runs, {reader.GetInt64(3)} ends in the history.");
    }
}
