using System.Globalization;
using Kanban.Bus.Benchmarks.Lifecycle;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Npgsql;

namespace Kanban.Bus.Benchmarks.Start;

/// <summary>How long a task waits that could start: from ready to running, one task at a time, a slot always free.</summary>
public static class StartBench
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20);

    public static async Task<IReadOnlyList<Figure>> RunAsync(int tasks)
    {
        await using var installation = await Installation.StartAsync();
        await installation.ServeAsync(workers: 2, slotsEach: 8);
        await using var database = NpgsqlDataSource.Create(installation.Cluster.Database);
        await LifecycleBench.WorkOffAsync(installation, database, 3_000);
        await AddAsync(installation, "warm-up", 300);
        await AddAsync(installation, "measured", tasks);
        await Eventually.Async(async () => (await WaitsAsync(database)).Count == tasks, TimeSpan.FromMinutes(1));

        var waits = await WaitsAsync(database);
        var conditions = string.Create(CultureInfo.InvariantCulture,
            $"{tasks} single tasks, {Between.TotalMilliseconds} ms apart, 16 free slots; from the task's ready_at to its run's started_at, both by the database's clock; one board, two worker processes, PostgreSQL (fsync on) and RabbitMQ on the same {Environment.ProcessorCount} cores; after a warm-up of 3,300 tasks");
        return
        [
            new("start.p50_ms", Figures.Percentile(waits, 0.5), "ms", conditions),
            new("start.p99_ms", Figures.Percentile(waits, 0.99), "ms", conditions),
            new("start.max_ms", waits.Max(), "ms", conditions),
        ];
    }

    private static async Task AddAsync(Installation installation, string title, int tasks)
    {
        for (var i = 0; i < tasks; i++)
        {
            await installation.Board.Api.AddTaskAsync(new CreateTask(title, Installation.Lane));
            await Task.Delay(Between);
        }
    }

    /// <summary>Milliseconds of each measured task that has started. The event of its creation says when it became ready; its row forgets.</summary>
    private static async Task<List<double>> WaitsAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(
            "SELECT extract(epoch FROM r.started_at - t.created_at)::float8 * 1000 FROM tasks t JOIN runs r ON r.task_id = t.id WHERE t.title = 'measured' AND r.started_at IS NOT NULL");
        await using var reader = await command.ExecuteReaderAsync();
        var waits = new List<double>();
        while (await reader.ReadAsync())
            waits.Add(reader.GetDouble(0));
        return waits;
    }
}
