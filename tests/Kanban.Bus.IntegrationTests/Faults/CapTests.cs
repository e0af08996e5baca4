using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;
using Npgsql;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>A cap holds however many boards admit and however many slots wait.</summary>
public sealed class CapTests
{
    private const int Cap = 3;
    private const int Tasks = 30;

    [NeedsServersFact]
    public async Task Two_boards_never_pass_a_cap_of_three_with_sixty_four_free_slots()
    {
        await using var cluster = await Cluster.CreateAsync();
        var witness = new Witness(cluster.Folder);
        var boards = new[] { await cluster.StartBoardAsync(), await cluster.StartBoardAsync() };
        await AuditAsync(cluster.Database);
        await boards[0].Api.AddLaneAsync(new CreateLane("work", MaxActive: Cap));
        for (var i = 0; i < 4; i++)
            await cluster.StartWorkerAsync(new WorkerShape($"worker-{i}", "work", 16), boards[i % 2]);

        // Each board takes half of the tasks, all at once, so that both admit at the same moments.
        await Task.WhenAll(Enumerable.Range(0, Tasks).Select(i =>
            boards[i % 2].Api.AddTaskAsync(new CreateTask($"task {i}", "work", Body: witness.Script("sleep 0.3")))));
        await Eventually.Async(() => witness.Lines.Count(l => l.What == "end") == Tasks, TimeSpan.FromSeconds(90));

        Assert.InRange(witness.MostAtOnce, 1, Cap);
        Assert.Equal(Tasks, witness.Lines.Where(l => l.What == "start").Select(l => l.Task).Distinct().Count());
        Assert.Equal(Tasks, witness.Lines.Count(l => l.What == "start"));
        Assert.Equal(Cap, await MostLiveAsync(cluster.Database));
    }

    /// <summary>Records, inside every transaction that makes or changes a run, how many of its lane hold a unit.</summary>
    private static async Task AuditAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(
            """
            CREATE TABLE audit (live bigint NOT NULL);
            CREATE FUNCTION audit_run() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              INSERT INTO audit SELECT count(*) FROM runs WHERE live AND lane = NEW.lane;
              RETURN NULL;
            END $$;
            CREATE TRIGGER audit_runs AFTER INSERT OR UPDATE ON runs FOR EACH ROW EXECUTE FUNCTION audit_run();
            """);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<long> MostLiveAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand("SELECT max(live) FROM audit");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
