using System.Text;
using System.Text.Json;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Schedules;

/// <summary>What a schedule may hold. Whether its lane, board and pools are there is asked when it is saved, and again each time.</summary>
public static class ScheduleRules
{
    public const int MaxCatchUp = 100;
    public const int NoteLength = 500;

    /// <summary>Null when a schedule may be so.</summary>
    public static ProblemHttpResult? WhyNot(Schedule schedule)
    {
        var task = schedule.Task;
        if (TaskInput.WhyNot(task, "/task") is { } refused)
            return refused;
        List<ProblemError> faults =
        [
            .. TaskRules.Name("/name", "name", schedule.Name),
            .. Times(schedule),
            .. TaskRules.Range("/catchUpLimit", "catchUpLimit", schedule.CatchUpLimit, 1, MaxCatchUp),
            .. TaskRules.Range("/dueSeconds", "dueSeconds", schedule.DueSeconds, 1, TaskRules.MaxRuntimeSeconds),
            .. TaskRules.Prose("/note", "note", schedule.Note, NoteLength),
            .. Template(task),
        ];
        if (schedule is { CatchUp: CatchUp.All, Overlap: not Overlap.Allow })
            faults.Add(new("/catchUp", "'catchUp: all' makes several tasks at once, so it goes with 'overlap: allow' alone."));
        return faults.Count > 0 ? Problems.Invalid(faults) : null;
    }

    /// <summary>The template as it is stored.</summary>
    public static string Write(CreateTask task) => JsonSerializer.Serialize(task, Stored);

    /// <summary>For the history: of the body its size alone.</summary>
    public static CreateTask Brief(CreateTask task) => task with { Body = task.Body is { } body ? $"{Encoding.UTF8.GetByteCount(body)} bytes" : null };

    private static readonly JsonSerializerOptions Stored = new(Json.Board) { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private static IEnumerable<ProblemError> Times(Schedule schedule)
    {
        if (!Cron.TryRead(schedule.Cron, schedule.TimeZone, out _, out var fault))
            yield return new("/" + fault.Field, fault.Detail);
    }

    private static IEnumerable<ProblemError> Template(CreateTask task)
    {
        if (task.IdempotencyKey is not null)
            yield return new("/task/idempotencyKey", "A schedule gives each of its tasks a key of its own: leave 'idempotencyKey' out.");
        if (task.Parents is { Count: > 0 })
            yield return new("/task/parents", "Tasks of a schedule have no parents: leave 'parents' out.");
        if (task.NotBefore is not null)
            yield return new("/task/notBefore", "The schedule's times say when its tasks start: leave 'notBefore' out.");
        if (task.Due is not null)
            yield return new("/task/due", "'dueSeconds' of the schedule says when its tasks are due: leave 'due' out.");
    }
}
