using Npgsql;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>A table that triggers fill: every change of a run's or a task's state, taken down inside the transaction that makes it, when it commits.</summary>
/// <remarks>Deferred to the commit, so that what is counted is what others will see.</remarks>
public static class Audit
{
    private const string Install = """
        CREATE TABLE audit (
            seq bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
            what text NOT NULL, task uuid NOT NULL, run uuid, was text, became text NOT NULL, was_live boolean, live boolean, token bigint NOT NULL, worker text,
            lane text, board text, lane_cap int, board_cap int, live_in_lane int, live_on_board int, live_in_all int);

        CREATE FUNCTION audit_run() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO audit (what, task, run, was, became, was_live, live, token, worker, lane, board, lane_cap, board_cap, live_in_lane, live_on_board, live_in_all)
            SELECT 'run', NEW.task_id, NEW.id, OLD.state, NEW.state, coalesce(OLD.live, false), NEW.live, NEW.fencing_token, NEW.worker_id, NEW.lane, NEW.board,
                (SELECT max_active FROM lanes WHERE name = NEW.lane), (SELECT max_active FROM boards WHERE key = NEW.board),
                count(*) FILTER (WHERE r.lane = NEW.lane), count(*) FILTER (WHERE r.board = NEW.board), count(*)
            FROM runs r WHERE r.live;
            RETURN NULL;
        END $$;

        CREATE FUNCTION audit_task() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO audit (what, task, was, became, token) VALUES ('task', NEW.id, OLD.status, NEW.status, NEW.fencing_token);
            RETURN NULL;
        END $$;

        CREATE CONSTRAINT TRIGGER audit_runs_made AFTER INSERT ON runs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_run();
        CREATE CONSTRAINT TRIGGER audit_runs AFTER UPDATE ON runs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
            WHEN (OLD.state <> NEW.state OR OLD.live <> NEW.live OR OLD.fencing_token <> NEW.fencing_token) EXECUTE FUNCTION audit_run();
        CREATE CONSTRAINT TRIGGER audit_tasks_made AFTER INSERT ON tasks DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_task();
        CREATE CONSTRAINT TRIGGER audit_tasks AFTER UPDATE ON tasks DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
            WHEN (OLD.status <> NEW.status OR OLD.fencing_token <> NEW.fencing_token) EXECUTE FUNCTION audit_task();
        """;

    /// <summary>The tables must be there: a board has been ready.</summary>
    public static async Task InstallAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(Install);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>In commit order per task; oldest first.</summary>
    public static Task<List<AuditRow>> ReadAsync(NpgsqlDataSource source) => ReadAsync(source,
        """
        SELECT a.what, coalesce(t.board || '-' || t.number, a.task::text), a.run, a.was, a.became, a.was_live, a.live, a.token, a.worker, a.lane, a.board,
            a.lane_cap, a.board_cap, a.live_in_lane, a.live_on_board, a.live_in_all, a.at
        FROM audit a LEFT JOIN tasks t ON t.id = a.task ORDER BY a.seq
        """,
        r => new AuditRow(
            r.GetString(0) == "run", r.GetString(1), Value<Guid>(r, 2), Text(r, 3), r.GetString(4), Value<bool>(r, 5) ?? false, Value<bool>(r, 6) ?? false, r.GetInt64(7), Text(r, 8),
            Text(r, 9), Text(r, 10), Value<int>(r, 11), Value<int>(r, 12), Value<int>(r, 13) ?? 0, Value<int>(r, 14) ?? 0, Value<int>(r, 15) ?? 0)
        { At = r.GetFieldValue<DateTimeOffset>(16) });

    /// <summary>All rows of a query.</summary>
    public static async Task<List<T>> ReadAsync<T>(NpgsqlDataSource source, string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
            rows.Add(read(reader));
        return rows;
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static T? Value<T>(NpgsqlDataReader reader, int column)
        where T : struct => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);
}

/// <summary>One change, as the database committed it. For a task the fields of runs are empty.</summary>
/// <param name="Was">Null when the row was made.</param>
/// <param name="LiveInLane">Runs that held a unit of the lane when this was committed, this one included.</param>
public sealed record AuditRow(
    bool IsRun, string Task, Guid? Run, string? Was, string Became, bool WasLive, bool Live, long Token, string? Worker, string? Lane, string? Board,
    int? LaneCap, int? BoardCap, int LiveInLane, int LiveOnBoard, int LiveInAll)
{
    /// <summary>When it was about to be committed, by the database's clock.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>It took a unit of every cap it falls under.</summary>
    public bool TookUnit => IsRun && Live && !WasLive;

    public override string ToString() => $"{Task} {(IsRun ? "run" : "task")} {Was ?? "·"} → {Became} token {Token}{(Worker is null ? "" : " on " + Worker)}";
}
