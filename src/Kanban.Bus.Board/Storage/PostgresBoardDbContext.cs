using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Logs;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Npgsql;

namespace Kanban.Bus.Board.Storage;

/// <summary>The store on PostgreSQL 15 or newer, shared by any number of board replicas.</summary>
public sealed class PostgresBoardDbContext(DbContextOptions<PostgresBoardDbContext> options) : BoardDbContext(options)
{
    public override Task LockAsync(BoardLock name, CancellationToken ct)
    {
        var row = Words.Of(name);
        // What is read under this one steps through the indexes that give its order. The planner knows how many tasks were ready minutes ago, and would at times read and sort all that are now.
        return name is BoardLock.Admission
            ? Database.SqlQuery<string>($"SELECT name AS \"Value\" FROM locks WHERE name = {row} AND set_config('enable_sort', 'off', true) IS NOT NULL FOR UPDATE").ToListAsync(ct)
            : Database.SqlQuery<string>($"SELECT name AS \"Value\" FROM locks WHERE name = {row} FOR UPDATE").ToListAsync(ct);
    }

    public override IQueryable<KanbanTask> LockedTasks(IReadOnlyCollection<Guid> ids)
    {
        var list = ids.ToArray();
        return Tasks.FromSql($"SELECT * FROM tasks WHERE id = ANY({list}) ORDER BY id FOR UPDATE");
    }

    public override IQueryable<KanbanTask> LockedTasksOf(IReadOnlyCollection<Guid> runIds)
    {
        var list = runIds.ToArray();
        return Tasks.FromSql($"SELECT * FROM tasks WHERE id IN (SELECT task_id FROM runs WHERE id = ANY({list})) ORDER BY id FOR UPDATE");
    }

    internal override IQueryable<KanbanTask> FirstOfGroups(string lane, string requirementSet, IReadOnlyCollection<string> groups, int each)
    {
        var list = groups.ToArray();
        return Tasks.FromSql(
            $"""
            SELECT t.* FROM unnest({list}) AS g (name) CROSS JOIN LATERAL (
                SELECT * FROM tasks
                WHERE status = 'ready' AND live_run_id IS NULL AND NOT archived AND lane = {lane} AND requirement_set = {requirementSet} AND admission_group = g.name
                    AND NOT EXISTS (SELECT 1 FROM task_links AS l JOIN tasks AS p ON p.id = l.parent_id WHERE l.child_id = tasks.id AND p.status <> 'done')
                ORDER BY turn_at, id LIMIT {each}) t
            """);
    }

    public override Task<List<Lease>> LockLeasesAsync(IReadOnlyCollection<Guid> runIds, CancellationToken ct)
    {
        var list = runIds.ToArray();
        return Leases.FromSql($"SELECT * FROM leases WHERE run_id = ANY({list}) ORDER BY run_id FOR UPDATE").ToListAsync(ct);
    }

    public override Task<int> RenewLeasesAsync(string workerId, IReadOnlyCollection<HeldRun> held, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken ct)
    {
        var (runs, tokens) = (held.Select(h => h.RunId).ToArray(), held.Select(h => h.FencingToken).ToArray());
        // Rows are locked in id order, as finishes lock them, so that the two never wait for each other in a circle.
        return Database.ExecuteSqlAsync(
            $"""
            WITH held AS (
                SELECT run_id FROM leases
                WHERE worker_id = {workerId} AND (run_id, fencing_token) IN (SELECT * FROM unnest({runs}, {tokens}))
                ORDER BY run_id FOR UPDATE)
            UPDATE leases SET expires_at = {expiresAt}, renewed_at = {now} FROM held WHERE leases.run_id = held.run_id
            """, ct);
    }

    public override IQueryable<BoardEvent> SettledEvents(EventPosition after) =>
        Events.FromSql($"SELECT * FROM events WHERE (tx, seq) > ({after.Tx}, {after.Seq}) AND tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint");

    /// <remarks>It does not wait for the disk: a worker keeps what it has sent until the run's finish is answered, and that commit, which waits, is behind this one in the same log.</remarks>
    public override async Task<bool> AppendLogAsync(LogChunk chunk, long fencingToken, long mostBytes, CancellationToken ct) =>
        await Database.ExecuteSqlAsync(
            $"""
            WITH held AS (SELECT run_id FROM leases WHERE run_id = {chunk.RunId} AND fencing_token = {fencingToken} FOR UPDATE)
            INSERT INTO log_chunks (run_id, stream, "offset", length, data, at)
            SELECT run_id, {chunk.Stream}, {chunk.Offset}, {chunk.Length}, {chunk.Data}, kanban_now()
            FROM held, set_config('synchronous_commit', 'off', true),
                (SELECT coalesce(sum(ends), 0) AS total, coalesce(sum(ends) FILTER (WHERE name = {chunk.Stream}), 0) AS own
                 FROM unnest({LogStreams.All}) AS name,
                     LATERAL (SELECT c."offset" + c.length AS ends FROM log_chunks c WHERE c.run_id = {chunk.RunId} AND c.stream = name ORDER BY c."offset" DESC LIMIT 1) AS last) AS sizes
            WHERE own = {chunk.Offset} AND total + {chunk.Length} <= {mostBytes}
            ON CONFLICT DO NOTHING
            """, ct) == 1;

    public override bool IsDuplicateKey(DbUpdateException error) =>
        error.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    public override bool IsConflict(Exception error) =>
        error is DbUpdateConcurrencyException
        || Cause(error) is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected };

    public override bool IsUnavailable(Exception error) => Cause(error) switch
    {
        // 57: it stops, or a statement took too long. Beside it: a transaction that idled too long, and a server that only reads (a standby).
        PostgresException server => server.IsTransient || server.SqlState.StartsWith("57", StringComparison.Ordinal)
            || server.SqlState is "25P03" or PostgresErrorCodes.ReadOnlySqlTransaction,
        NpgsqlException client => client.IsTransient || client.InnerException is IOException or TimeoutException,
        // The pool was cleared or a connection broke under the statement.
        ObjectDisposedException or System.Net.Sockets.SocketException => true,
        _ => false,
    };

    protected override void OnModelCreating(ModelBuilder model)
    {
        base.OnModelCreating(model);
        model.Entity<BoardEvent>().Property(e => e.Tx).HasDefaultValueSql("(pg_current_xact_id()::text)::bigint").ValueGeneratedOnAdd();
    }

    protected override Task<bool> TryWriteTogetherAsync(IReadOnlyList<EntityEntry> changes, CancellationToken ct) => new WriteTogether(this).TryAsync(changes, ct);

    private static Exception? Cause(Exception error)
    {
        for (Exception? e = error; e is not null; e = e.InnerException)
            if (e is NpgsqlException or ObjectDisposedException or System.Net.Sockets.SocketException)
                return e;
        return null;
    }
}
