using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Alarms;

/// <summary>Raises alarms, in the transaction of what they are about.</summary>
internal static class RaisedAlarms
{
    public static Task RaiseAlarmAsync(this BoardDbContext db, AlarmKind kind, KanbanTask task, string reason, DateTimeOffset now, CancellationToken ct) =>
        RaiseAsync(db, kind, task.Key, task.Id, reason, now, ct);

    public static Task RaiseAlarmAsync(this BoardDbContext db, AlarmKind kind, string subject, string reason, DateTimeOffset now, CancellationToken ct) =>
        RaiseAsync(db, kind, subject, null, reason, now, ct);

    /// <summary>An open one is counted up and keeps its acknowledgement; only a new one is an event.</summary>
    private static async Task RaiseAsync(BoardDbContext db, AlarmKind kind, string subject, Guid? taskId, string reason, DateTimeOffset now, CancellationToken ct)
    {
        var alarm = new Alarm { Id = Guid.CreateVersion7(now), Kind = kind, Subject = subject, TaskId = taskId, Reason = reason };
        // In one statement, because two replicas may meet one cause at the same moment.
        var counts = await db.Database.SqlQuery<int>(
            $"""
            INSERT INTO alarms (id, kind, subject, task_id, reason, since, last_seen_at, count)
            VALUES ({alarm.Id}, {Words.Of(kind)}, {subject}, {taskId}, {reason}, kanban_now(), kanban_now(), 1)
            ON CONFLICT (kind, subject) WHERE cleared_at IS NULL
            DO UPDATE SET count = alarms.count + 1, last_seen_at = excluded.last_seen_at, reason = excluded.reason
            RETURNING count AS "Value"
            """).ToListAsync(ct);
        if (counts is [1])
            db.Events.Add(BoardEvent.OfAlarm(EventTypes.AlarmRaised, alarm, Actors.Board, now, new { alarm = kind, alarm.Id, reason }));
    }
}
