using System.Text.Json;
using Kanban.Bus.Board.Alarms;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Events;

/// <summary>One row of the append-only history: what changed, by whom, in the same transaction as the change.</summary>
public sealed class BoardEvent
{
    public long Seq { get; init; }

    /// <summary>PostgreSQL's transaction id, so that a reader never passes a row that commits late; 0 on SQLite, which has one writer.</summary>
    public long Tx { get; init; }

    /// <summary>One of <see cref="EventTypes"/>.</summary>
    public required string Type { get; init; }

    public required string Actor { get; init; }
    public DateTimeOffset At { get; init; }
    public Guid? TaskId { get; init; }
    public string? TaskKey { get; init; }
    public string? Board { get; init; }
    public string? Lane { get; init; }
    public Guid? RunId { get; init; }
    public string? WorkerId { get; init; }
    public string? Pool { get; init; }
    public string? Schedule { get; init; }

    /// <summary>JSON object of what the type says.</summary>
    public string Data { get; init; } = "{}";

    public static BoardEvent Of(string type, KanbanTask task, string actor, DateTimeOffset now, object? data = null, Guid? runId = null) => new()
    {
        Type = type,
        Actor = actor,
        At = now,
        TaskId = task.Id,
        TaskKey = task.Key,
        Board = task.Board,
        Lane = task.Lane,
        RunId = runId,
        Data = Write(data),
    };

    public static BoardEvent Of(string type, Run run, string actor, DateTimeOffset now, object? data = null) => new()
    {
        Type = type,
        Actor = actor,
        At = now,
        TaskId = run.TaskId,
        TaskKey = run.TaskKey,
        Board = run.Board,
        Lane = run.Lane,
        RunId = run.CorrelationId,
        WorkerId = run.WorkerId,
        Data = Write(data),
    };

    /// <summary>A task changed its column.</summary>
    public static BoardEvent Moved(KanbanTask task, Status from, string actor, DateTimeOffset now, Guid? runId = null) =>
        Of(EventTypes.TaskMoved, task, actor, now, new { from, to = task.Status, reason = task.Reason, ended = task.HasEnded }, runId);

    public static BoardEvent OfLane(string type, string lane, string actor, DateTimeOffset now, object? data = null) =>
        new() { Type = type, Actor = actor, At = now, Lane = lane, Data = Write(data) };

    public static BoardEvent OfBoard(string type, string board, string actor, DateTimeOffset now, object? data = null) =>
        new() { Type = type, Actor = actor, At = now, Board = board, Data = Write(data) };

    public static BoardEvent OfPool(string type, string pool, string actor, DateTimeOffset now, object? data = null) =>
        new() { Type = type, Actor = actor, At = now, Pool = pool, Data = Write(data) };

    public static BoardEvent OfSchedule(string type, string schedule, string actor, DateTimeOffset now, object? data = null) =>
        new() { Type = type, Actor = actor, At = now, Schedule = schedule, Data = Write(data) };

    public static BoardEvent OfWorker(string type, string workerId, string actor, DateTimeOffset now, object? data = null) =>
        new() { Type = type, Actor = actor, At = now, WorkerId = workerId, Data = Write(data) };

    public static BoardEvent OfOrder(string type, string actor, DateTimeOffset now, object data) =>
        new() { Type = type, Actor = actor, At = now, Data = Write(data) };

    public static BoardEvent OfAlarm(string type, Alarm alarm, string actor, DateTimeOffset now, object data) => new()
    {
        Type = type,
        Actor = actor,
        At = now,
        TaskId = alarm.TaskId,
        TaskKey = alarm.TaskId is null ? null : alarm.Subject,
        Board = alarm.TaskId is null ? null : alarm.Subject[..alarm.Subject.LastIndexOf('-')],
        Lane = alarm.Kind is AlarmKind.BreakerOpened ? alarm.Subject : null,
        Pool = alarm.Kind is AlarmKind.ProbeDead ? alarm.Subject : null,
        Schedule = alarm.Kind is AlarmKind.ScheduleFailed ? alarm.Subject : null,
        WorkerId = alarm.Kind is AlarmKind.WorkerQuiet ? alarm.Subject : null,
        Data = Write(data),
    };

    /// <summary>What no task, lane or worker is the subject of: tokens.</summary>
    public static BoardEvent OfAccess(string type, string actor, DateTimeOffset now, object data) =>
        new() { Type = type, Actor = actor, At = now, Data = Write(data) };

    private static string Write(object? data) => data is null ? "{}" : JsonSerializer.Serialize(data, Json.Board);
}
