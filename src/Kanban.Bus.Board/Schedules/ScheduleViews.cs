using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Schedules;

/// <summary>Schedules as every face shows them, with the times to come.</summary>
public sealed class ScheduleViews(BoardDbContext db)
{
    private const int Shown = 5;

    public async Task<List<ScheduleView>> ForAsync(IReadOnlyCollection<Schedule> schedules, CancellationToken ct)
    {
        var ids = schedules.Where(s => s.LastTaskId is not null).Select(s => s.LastTaskId!.Value).ToList();
        var keys = await db.Tasks.Where(t => ids.Contains(t.Id)).Select(t => new { t.Id, t.Board, t.Number }).ToDictionaryAsync(t => t.Id, t => KanbanTask.KeyOf(t.Board, t.Number), ct);
        return [.. schedules.Select(s => new ScheduleView(
            s.Name, s.Cron, s.TimeZone, s.Task, s.Overlap, s.CatchUp, s.CatchUpLimit, s.DueSeconds, s.Paused, s.PausedReason,
            s.NextAt is { } next ? [next, .. s.Times.AllAfter(next).Take(Shown - 1)] : [],
            s.LastAt, s.LastTaskId is { } last ? keys.GetValueOrDefault(last) : null, s.QueuedAt, s.Problem, s.Note, s.Version, s.CreatedBy, s.CreatedAt))];
    }

    public async Task<ScheduleView> OfAsync(Schedule schedule, CancellationToken ct) => (await ForAsync([schedule], ct))[0];
}
