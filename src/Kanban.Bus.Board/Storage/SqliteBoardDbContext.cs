using System.Text.Json;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Logs;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Kanban.Bus.Board.Storage;

/// <summary>The store in one SQLite file, for one board process. Every transaction takes the file's only write lock at its begin.</summary>
public sealed class SqliteBoardDbContext(DbContextOptions<SqliteBoardDbContext> options) : BoardDbContext(options)
{
    /// <summary>Nothing to do: the transaction holds the file's write lock.</summary>
    public override Task LockAsync(BoardLock name, CancellationToken ct) => Task.CompletedTask;

    public override IQueryable<KanbanTask> LockedTasks(IReadOnlyCollection<Guid> ids) => Tasks.Where(t => ids.Contains(t.Id)).OrderBy(t => t.Id);

    public override IQueryable<KanbanTask> LockedTasksOf(IReadOnlyCollection<Guid> runIds) =>
        Tasks.Where(t => Runs.Any(r => runIds.Contains(r.CorrelationId) && r.TaskId == t.Id)).OrderBy(t => t.Id);

    internal override IQueryable<KanbanTask> FirstOfGroups(string lane, string requirementSet, IReadOnlyCollection<string> groups, int each)
    {
        var list = JsonSerializer.Serialize(groups);
        return Tasks.FromSql(
            $"""
            SELECT t.* FROM json_each({list}) AS g JOIN tasks AS t ON t.id IN (
                SELECT id FROM tasks
                WHERE status = 'ready' AND live_run_id IS NULL AND NOT archived AND lane = {lane} AND requirement_set = {requirementSet} AND admission_group = g.value
                    AND NOT EXISTS (SELECT 1 FROM task_links AS l JOIN tasks AS p ON p.id = l.parent_id WHERE l.child_id = tasks.id AND p.status <> 'done')
                ORDER BY turn_at, id LIMIT {each})
            """);
    }

    public override Task<List<Lease>> LockLeasesAsync(IReadOnlyCollection<Guid> runIds, CancellationToken ct) =>
        Leases.Where(l => runIds.Contains(l.RunId)).OrderBy(l => l.RunId).ToListAsync(ct);

    public override async Task<int> RenewLeasesAsync(string workerId, IReadOnlyCollection<HeldRun> held, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken ct)
    {
        // A lease's token never changes, so reading it first is as good as reading it in the update.
        var tokens = await Leases.Where(l => l.WorkerId == workerId).Select(l => new HeldRun(l.RunId, l.FencingToken)).ToListAsync(ct);
        var runs = tokens.Intersect(held).Select(h => h.RunId).ToList();
        return await Leases.Where(l => runs.Contains(l.RunId))
            .ExecuteUpdateAsync(set => set.SetProperty(l => l.ExpiresAt, expiresAt).SetProperty(l => l.RenewedAt, now), ct);
    }

    public override IQueryable<BoardEvent> SettledEvents(EventPosition after) => Events.Where(e => e.Seq > after.Seq);

    public override async Task<bool> AppendLogAsync(LogChunk chunk, long fencingToken, long mostBytes, CancellationToken ct)
    {
        var streams = JsonSerializer.Serialize(LogStreams.All);
        return await Database.ExecuteSqlAsync(
            $"""
            WITH sizes AS (
                SELECT s.value AS name, coalesce((SELECT c."offset" + c.length FROM log_chunks c WHERE c.run_id = {chunk.RunId} AND c.stream = s.value ORDER BY c."offset" DESC LIMIT 1), 0) AS ends
                FROM json_each({streams}) AS s)
            INSERT INTO log_chunks (run_id, stream, "offset", length, data, at)
            SELECT run_id, {chunk.Stream}, {chunk.Offset}, {chunk.Length}, {chunk.Data}, kanban_now()
            FROM leases WHERE run_id = {chunk.RunId} AND fencing_token = {fencingToken}
                AND (SELECT ends FROM sizes WHERE name = {chunk.Stream}) = {chunk.Offset} AND (SELECT sum(ends) FROM sizes) + {chunk.Length} <= {mostBytes}
            ON CONFLICT DO NOTHING
            """, ct) == 1;
    }

    public override bool IsDuplicateKey(DbUpdateException error) =>
        error.InnerException is SqliteException { SqliteExtendedErrorCode: SQLitePCL.raw.SQLITE_CONSTRAINT_UNIQUE or SQLitePCL.raw.SQLITE_CONSTRAINT_PRIMARYKEY };

    public override bool IsConflict(Exception error) => error is DbUpdateConcurrencyException;

    public override bool IsUnavailable(Exception error) =>
        (error as SqliteException ?? error.InnerException as SqliteException)?.SqliteErrorCode
            is SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED or SQLitePCL.raw.SQLITE_FULL or SQLitePCL.raw.SQLITE_IOERR or SQLitePCL.raw.SQLITE_CANTOPEN or SQLitePCL.raw.SQLITE_READONLY;

    protected override void ConfigureConventions(ModelConfigurationBuilder conventions)
    {
        base.ConfigureConventions(conventions);
        // SQLite compares text here, so instants are stored as Unix milliseconds.
        conventions.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();
        conventions.DefaultTypeMapping<DateTimeOffset>().HasConversion<UnixMilliseconds>();
    }

    private sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
        at => at.ToUnixTimeMilliseconds(), ms => DateTimeOffset.FromUnixTimeMilliseconds(ms));
}
