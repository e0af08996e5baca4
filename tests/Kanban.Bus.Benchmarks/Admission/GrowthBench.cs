using System.Globalization;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.Tests.Harness;
using Npgsql;

namespace Kanban.Bus.Benchmarks.Admission;

/// <summary>What admitting one task costs on a board with ten thousand tasks and on one with a million, nine in ten of them done.</summary>
public static class GrowthBench
{
    private const int Few = 10_000;
    private const int Many = 1_000_000;
    private const int Admitted = 300;
    private const int Lanes = 20;

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        await using var installation = await Installation.StartAsync();
        await installation.ServeAsync(1, 8);
        await SetUpAsync(installation.Board.Api);
        await using var database = NpgsqlDataSource.Create(installation.Cluster.Database + ";Command Timeout=600");
        // Code is compiled before.
        await MeasureAsync(installation, 3 * Admitted);
        await FillAsync(database, 0, Few);
        var few = await MeasureAsync(installation, Admitted);
        await FillAsync(database, Few, Many);
        var many = await MeasureAsync(installation, Admitted);

        var conditions = string.Create(CultureInfo.InvariantCulture,
            $"median pass in which {Admitted} tasks were admitted one by one, by the board's own clock, wait for the lock included; {Lanes + 1} lanes; of the rest nine in ten are done with their runs, the others wait for a full pool, a paused lane, a parent, a time or a person");
        return
        [
            new("admission.growth_ratio", many / few, "", conditions + $"; with {Many} tasks over with {Few}"),
            new("admission.pass_ms", many, "ms", conditions + $"; with {Many} tasks"),
        ];
    }

    /// <returns>The median pass, in milliseconds.</returns>
    private static async Task<double> MeasureAsync(Installation installation, int tasks)
    {
        var api = installation.Board.Api;
        for (var i = 0; i < tasks; i++)
        {
            var task = await api.AddTaskAsync(new CreateTask($"one {i}", Installation.Lane));
            await Eventually.Async(async () => (await api.TaskAsync(task.Key)).Task.Status is Status.Done);
        }

        // No fewer passes than tasks are kept, so those of before are hardly among them.
        return (await api.GetAsync<OrderView>("order")).Passes.MedianMs;
    }

    /// <summary>Where those wait that nothing can start: in half of the lanes for a pool, in half of them for a person to resume the lane.</summary>
    private static async Task SetUpAsync(BoardApi api)
    {
        await api.PostAsync("boards", new CreateBoard("web"));
        await api.PostAsync("pools", new CreatePool("full", Capacity: 0));
        for (var i = 0; i < Lanes; i++)
        {
            await api.AddLaneAsync(new CreateLane($"lane-{i}", Profile: Installation.Lane, Draws: i % 2 == 0 ? new Dictionary<string, int?> { ["full"] = 1 } : null));
            if (i % 2 == 1)
                await api.PostAsync($"lanes/lane-{i}/pause");
        }
    }

    /// <summary>Copies of a task that is done, and of its run, each with what makes it differ: columns that come later come along.</summary>
    private static async Task FillAsync(NpgsqlDataSource database, int from, int until)
    {
        await using var connection = await database.OpenConnectionAsync();
        foreach (var sql in new[]
                 {
                     $$"""
                     INSERT INTO tasks
                     SELECT made.* FROM (SELECT t FROM tasks t WHERE status = 'done' AND board = 'main' LIMIT 1) AS one (row)
                     CROSS JOIN generate_series({{from + 1}}, {{until}}) AS i
                     CROSS JOIN LATERAL (SELECT CASE WHEN i % 10 > 0 THEN 'done' WHEN i % 100 = 10 THEN 'blocked' WHEN i % 100 = 20 THEN 'scheduled' WHEN i % 100 = 30 THEN 'todo' ELSE 'ready' END,
                         CASE WHEN i % 100 = 0 THEN 'full=1' ELSE '' END) AS it (status, draws)
                     CROSS JOIN LATERAL jsonb_populate_record(one.row, jsonb_build_object(
                         'id', gen_random_uuid(), 'board', 'web', 'number', i, 'idempotency_key', NULL, 'title', 'task ' || i, 'body', repeat('x', 200), 'status', it.status, 'draws', it.draws,
                         'lane', CASE WHEN i % 100 = 0 THEN '{{Installation.Lane}}' ELSE 'lane-' || (i / 10) % {{Lanes}} END, 'admission_group', 'web ' || it.draws || ' web',
                         'not_before', CASE WHEN it.status = 'scheduled' THEN kanban_now() + interval '1 day' END, 'ended_at', CASE WHEN it.status = 'done' THEN kanban_now() END,
                         'ready_at', CASE WHEN it.status = 'ready' THEN kanban_now() END, 'turn_at', CASE WHEN it.status = 'ready' THEN kanban_now() END)) AS made
                     """,
                     $"""
                     INSERT INTO task_links (child_id, parent_id)
                     SELECT c.id, p.id FROM tasks c JOIN tasks p ON p.board = 'web' AND p.number = c.number - 20 WHERE c.board = 'web' AND c.status = 'todo' AND c.number > {from}
                     """,
                     $"""
                     INSERT INTO runs
                     SELECT made.* FROM (SELECT r FROM runs r WHERE state = 'Succeeded' LIMIT 1) AS one (row) CROSS JOIN tasks t
                     CROSS JOIN LATERAL jsonb_populate_record(one.row, jsonb_build_object(
                         'id', gen_random_uuid(), 'task_id', t.id, 'task_key', t.board || '-' || t.number, 'board', t.board, 'lane', t.lane, 'fair_key', t.board)) AS made
                     WHERE t.board = 'web' AND t.status = 'done' AND t.number > {from}
                     """,
                     "ANALYZE",
                 })
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}
