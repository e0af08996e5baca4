using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Alarms;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Runs;

/// <summary>A task that ran very often within a day is set aside for a person, whatever sent it round: retries, hand-backs, limits, programs that say <c>retry</c>.</summary>
/// <remarks>It is looked at where runs are made, so that no path goes round it.</remarks>
internal static class DailyCeiling
{
    /// <summary>Sliding, on the database's clock.</summary>
    public static readonly TimeSpan Day = TimeSpan.FromHours(24);

    /// <summary>Blocks those of these locked tasks that have reached their lane's ceiling since a person last let them go on.</summary>
    /// <param name="ceilings">By lane; 0 for none.</param>
    public static async Task SetAsideAsync(
        BoardDbContext db, IReadOnlyCollection<KanbanTask> tasks, Func<string, int> ceilings, DateTimeOffset now, CancellationToken ct)
    {
        foreach (var (task, count, most) in await ReachedAsync(db, tasks, ceilings, now, ct))
        {
            task.Enter(Status.Blocked, now, $"set aside after {count} runs within a day, of at most {most} in lane {task.Lane}; unblock or retry it when it is seen to");
            db.Events.Add(BoardEvent.Moved(task, Status.Ready, Actors.Board, now));
            await db.RaiseAlarmAsync(AlarmKind.TooManyRuns, task, task.Reason!, now, ct);
        }
    }

    /// <summary>Those of these tasks that a pass would set aside, how often they ran, and how often they may.</summary>
    /// <param name="ceilings">By lane; 0 for none.</param>
    public static async Task<IReadOnlyList<(KanbanTask Task, int Count, int Most)>> ReachedAsync(
        BoardDbContext db, IReadOnlyCollection<KanbanTask> tasks, Func<string, int> ceilings, DateTimeOffset now, CancellationToken ct)
    {
        // Who never ran so often at all is not counted.
        var often = tasks.Where(t => t is { Status: Status.Ready, LiveRunId: null, Lane: { } lane } && ceilings(lane) is > 0 and var most && t.RunCount >= most).ToList();
        if (often.Count == 0)
            return [];
        var (ids, since) = (often.ConvertAll(t => t.Id), now - Day);
        var started = (await db.Runs.Where(r => ids.Contains(r.TaskId) && r.StartedAt > since).Select(r => new { r.TaskId, r.StartedAt }).ToListAsync(ct)).ToLookup(r => r.TaskId, r => r.StartedAt);
        return
        [
            .. often.Select(t => (Task: t, Count: started[t.Id].Count(at => !(at <= t.ForgivenAt)), Most: ceilings(t.Lane!))).Where(t => t.Count >= t.Most),
        ];
    }
}
