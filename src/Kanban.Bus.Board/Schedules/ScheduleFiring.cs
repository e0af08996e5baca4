using System.Globalization;
using Kanban.Bus.Board.Alarms;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Schedules;

/// <summary>Makes the tasks of a schedule whose times have come: row, tasks and events in one transaction, so that each time makes one task however often and on however many replicas it is fired.</summary>
public sealed class ScheduleFiring(BoardDbContext db, TaskCreation creation, IRunSaga saga)
{
    private const int Tries = 3;

    /// <returns>When its next time comes, by the database's clock, and that clock; null when there is no such schedule.</returns>
    public async Task<(DateTimeOffset? Next, DateTimeOffset Now)?> FireAsync(string name, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
            try
            {
                return await db.InTransactionAsync(async () =>
                {
                    if (await LockedAsync(name, ct) is not { } schedule)
                        return ((DateTimeOffset?, DateTimeOffset)?)null;
                    var now = await db.NowAsync(ct);
                    await MakeQueuedAsync(schedule, now, ct);
                    foreach (var at in schedule.TakeDue(now))
                        await MakeAsync(schedule, at, now, ct);
                    return (schedule.NextAt, now);
                }, ct);
            }
            catch (DbUpdateException error) when (attempt < Tries && db.IsDuplicateKey(error))
            {
                // Somebody made a task with this time's key. It is there now.
            }
    }

    /// <summary>As if its time had come now, paused or not; in the caller's transaction.</summary>
    /// <returns>The task it made; null where one is queued behind the last. Or why there is none.</returns>
    public async Task<(KanbanTask? Made, string? Refused)> RunNowAsync(Schedule schedule, DateTimeOffset now, CancellationToken ct)
    {
        var (made, open) = await MakeAsync(schedule, now, now, ct);
        return made is not null || schedule.QueuedAt is not null
            ? (made, null)
            : (null, open is null ? schedule.Problem : $"Task {open.Key} of schedule {schedule.Name} has not ended, and its overlap is 'skip'.");
    }

    /// <summary>Changes to schedules and their tasks come one after the other.</summary>
    public async Task<Schedule?> LockedAsync(string name, CancellationToken ct)
    {
        await db.LockAsync(BoardLock.Schedules, ct);
        return await db.Schedules.SingleOrDefaultAsync(s => s.Name == name, ct);
    }

    private async Task MakeQueuedAsync(Schedule schedule, DateTimeOffset now, CancellationToken ct)
    {
        if (schedule.QueuedAt is not { } queued || await OpenAsync(schedule, ct) is not null)
            return;
        schedule.QueuedAt = null;
        await CreateAsync(schedule, queued, now, ct);
    }

    /// <returns>The task it made, or the one that is in its way; neither where it can't be made.</returns>
    private async Task<(KanbanTask? Made, KanbanTask? Open)> MakeAsync(Schedule schedule, DateTimeOffset at, DateTimeOffset now, CancellationToken ct)
    {
        var open = schedule.Overlap is Overlap.Allow ? null : await OpenAsync(schedule, ct);
        if (open is not null && schedule.Overlap is Overlap.Replace)
        {
            await CancelTask.CancelAsync(new TaskChange(db, saga, open, schedule.Actor, now, ct), $"replaced by the one of {Text(at)}");
            schedule.QueuedAt = null;
        }

        if (open is null || open.HasEnded)
            return (await CreateAsync(schedule, at, now, ct), null);
        if (schedule.Overlap is not Overlap.Skip && schedule.QueuedAt is null)
            schedule.QueuedAt = at;
        else
            Note(schedule, EventTypes.ScheduleSkipped, now, new { at, reason = $"{open.Key} of it has not ended" });
        return (null, open);
    }

    /// <summary>Its last task, locked; null when that has ended or is archived.</summary>
    private async Task<KanbanTask?> OpenAsync(Schedule schedule, CancellationToken ct) =>
        schedule.LastTaskId is { } id && (await db.LockTasksAsync([id], ct)).SingleOrDefault() is { HasEnded: false, Archived: false } open ? open : null;

    private async Task<KanbanTask?> CreateAsync(Schedule schedule, DateTimeOffset at, DateTimeOffset now, CancellationToken ct)
    {
        var (created, refused) = await creation.CreateWithinAsync(schedule.TaskOf(at), schedule.Actor, ct);
        if (refused is not null)
        {
            schedule.Problem = $"{Text(at)}: {refused.ProblemDetails.Detail}";
            Note(schedule, EventTypes.ScheduleFailed, now, new { at, reason = refused.ProblemDetails.Detail });
            await db.RaiseAlarmAsync(AlarmKind.ScheduleFailed, schedule.Name, $"schedule {schedule.Name} made no task for {schedule.Problem}", now, ct);
            return null;
        }

        var task = created!.Task;
        (schedule.LastAt, schedule.LastTaskId, schedule.Problem) = (at, task.Id, null);
        Note(schedule, EventTypes.ScheduleFired, now, new { at, task = task.Key });
        return task;
    }

    private void Note(Schedule schedule, string type, DateTimeOffset now, object data) => db.Events.Add(BoardEvent.OfSchedule(type, schedule.Name, schedule.Actor, now, data));

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
