using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Servers;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.IntegrationTests.Storage;

/// <summary>What a large batch changes is saved by a few statements, and is the same as if each row had been saved alone.</summary>
public sealed class WriteTogetherTests
{
    private const int Many = 40;
    private static readonly DateTimeOffset Now = new(2027, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [NeedsServersFact]
    public async Task New_changed_and_deleted_rows_of_a_batch_are_all_saved_with_nulls_and_in_the_order_of_the_history()
    {
        await using var db = await NewAsync();
        var tasks = await AddAsync(db);
        await db.InTransactionAsync(async () =>
        {
            var leases = await db.Leases.ToListAsync();
            foreach (var (task, i) in (await db.Tasks.ToListAsync()).OrderBy(t => t.Number).Select((t, i) => (t, i)))
            {
                task.Summary = i % 2 == 0 ? $"summary, with \"quotes\" and a {{brace}} {i}" : null;
                task.Touch(Now.AddSeconds(i));
                db.Events.Add(BoardEvent.Of(EventTypes.TaskEdited, task, "key:test", Now, new { i }));
            }
            db.Leases.RemoveRange(leases.Take(Many / 2));
        }, default);

        db.ChangeTracker.Clear();
        var saved = await db.Tasks.OrderBy(t => t.Number).ToListAsync();
        Assert.Equal(tasks.Select(t => t.Id), saved.Select(t => t.Id));
        Assert.Equal(Enumerable.Range(0, Many).Select(i => i % 2 == 0 ? $"summary, with \"quotes\" and a {{brace}} {i}" : null), saved.Select(t => t.Summary));
        Assert.Equal(Enumerable.Range(0, Many).Select(i => Now.AddSeconds(i)), saved.Select(t => t.UpdatedAt));
        Assert.All(saved, t => Assert.Equal(Status.Ready, t.Status));
        Assert.Equal(Many / 2, await db.Leases.CountAsync());
        Assert.Equal(Many, await db.Runs.CountAsync(r => r.TokenHash != null && r.StopAs == null));
        Assert.Equal(Enumerable.Range(0, Many).Select(i => $$"""{"i":{{i}}}"""), await db.Events.OrderBy(e => e.Seq).Select(e => e.Data).ToListAsync());
    }

    [NeedsServersFact]
    public async Task A_batch_that_meets_one_row_changed_meanwhile_is_not_saved_at_all()
    {
        await using var db = await NewAsync();
        await AddAsync(db);

        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(async () =>
        {
            db.ChangeTracker.Clear();
            await using var transaction = await db.Database.BeginTransactionAsync();
            foreach (var task in await db.Tasks.ToListAsync())
            {
                task.Title = "changed";
                task.Touch(Now);
            }
            await db.Database.ExecuteSqlAsync($"UPDATE tasks SET version = version + 1 WHERE number = 7");
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
        });

        Assert.Equal(0, await db.Tasks.CountAsync(t => t.Title == "changed"));
    }

    [NeedsServersFact]
    public async Task A_unique_key_that_is_taken_already_reads_as_such()
    {
        await using var db = await NewAsync();
        await AddAsync(db);

        var error = await Assert.ThrowsAsync<DbUpdateException>(() => AddAsync(db));

        Assert.True(db.IsDuplicateKey(error));
    }

    private static async Task<BoardDbContext> NewAsync()
    {
        var server = await SharedServers.PostgresAsync();
        var options = new DbContextOptionsBuilder<PostgresBoardDbContext>()
            .UseNpgsql(await server.CreateDatabaseAsync())
            .UseApplicationServiceProvider(new ServiceCollection().AddSingleton(new Turns(Microsoft.Extensions.Options.Options.Create(new AdmissionOptions()))).BuildServiceProvider())
            .ConfigureWarnings(w => w.Ignore(Microsoft.EntityFrameworkCore.Diagnostics.RelationalEventId.PendingModelChangesWarning)).Options;
        var db = new PostgresBoardDbContext(options);
        await db.Database.MigrateAsync();
        return db;
    }

    /// <summary>As many tasks, each with a run and its lease.</summary>
    private static Task<List<KanbanTask>> AddAsync(BoardDbContext db) => db.InTransactionAsync(() =>
    {
        var tasks = new List<KanbanTask>();
        for (var i = 0; i < Many; i++)
        {
            var task = new KanbanTask { Id = Guid.CreateVersion7(Now.AddMilliseconds(i)), Board = "main", Number = i + 1, Title = $"task {i}", CreatedBy = "key:test", CreatedAt = Now };
            task.Enter(Status.Ready, Now, null);
            var run = new Run { CorrelationId = Guid.CreateVersion7(), TaskId = task.Id, TaskKey = task.Key, Board = "main", Lane = "shell", RequirementSet = "", Number = 1, OfferedAt = Now };
            run.TokenHash = [1, 2, (byte)i];
            db.Tasks.Add(task);
            db.Runs.Add(run);
            db.Leases.Add(new Lease { RunId = run.CorrelationId, WorkerId = "w", FencingToken = i, TokenHash = run.TokenHash, ExpiresAt = Now, RenewedAt = Now });
            tasks.Add(task);
        }
        return Task.FromResult(tasks);
    }, default);
}
