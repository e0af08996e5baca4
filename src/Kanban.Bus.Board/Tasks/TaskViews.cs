using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Tasks;

/// <summary>Tasks as every face shows them: a page of them takes the same handful of statements as one.</summary>
public static class TaskViews
{
    private const int ParentsLookedAt = 2_000;

    /// <returns>In the order of <paramref name="tasks"/>.</returns>
    public static async Task<List<TaskView>> ForAsync(BoardDbContext db, IReadOnlyCollection<KanbanTask> tasks, CancellationToken ct)
    {
        if (tasks.Count == 0)
            return [];
        var runs = await LiveRunsAsync(db, tasks, ct);
        var ids = tasks.Select(t => t.Id).ToList();
        var parents = await db.TaskLinks.Where(l => ids.Contains(l.ChildId)).GroupBy(l => l.ChildId)
            .Select(g => new { Child = g.Key, All = g.Count(), Done = g.Count(l => l.Parent.Status == Status.Done) })
            .ToDictionaryAsync(g => g.Child, g => (g.All, g.Done), ct);
        var holding = await HoldingParentsAsync(db, tasks, ct);
        var paused = await PausedLanesAsync(db, tasks, ct);

        return [.. tasks.Select(task =>
        {
            var (all, done) = parents.GetValueOrDefault(task.Id);
            var isPaused = paused.TryGetValue(task.Lane ?? "", out var reason);
            var run = task.LiveRunId is { } runId ? runs.GetValueOrDefault(runId) : null;
            return Of(task, run, all, done, new WaitFacts([.. holding[task.Id]], all - done, isPaused, reason));
        })];
    }

    public static async Task<TaskView> OfAsync(BoardDbContext db, KanbanTask task, CancellationToken ct) => (await ForAsync(db, [task], ct))[0];

    private static TaskView Of(KanbanTask task, RunView? run, int parents, int parentsDone, WaitFacts facts) => new(
        task.Key,
        task.Board,
        task.Lane,
        task.Title,
        task.Status,
        task.Priority,
        task.Host,
        RequirementSet.Split(task.Needs),
        TaskLists.Split(task.Labels),
        task.NotBefore,
        task.MaxRuntimeSeconds,
        task.Archived,
        task.Reason,
        WaitTexts.Of(task, facts),
        task.Attempts,
        task.Version,
        task.CreatedAt,
        task.UpdatedAt,
        task.EndedAt,
        task.CreatedBy,
        run,
        task.Summary,
        parentsDone,
        parents);

    private static async Task<Dictionary<Guid, RunView>> LiveRunsAsync(BoardDbContext db, IReadOnlyCollection<KanbanTask> tasks, CancellationToken ct)
    {
        var ids = tasks.Where(t => t.LiveRunId is not null).Select(t => t.LiveRunId!.Value).ToList();
        if (ids.Count == 0)
            return [];
        var runs = await db.Runs.AsNoTracking().Where(r => ids.Contains(r.CorrelationId)).ToListAsync(ct);
        return (await RunViews.ForAsync(db, runs, ct)).ToDictionary(r => r.Id);
    }

    private static async Task<ILookup<Guid, HoldingParent>> HoldingParentsAsync(BoardDbContext db, IReadOnlyCollection<KanbanTask> tasks, CancellationToken ct)
    {
        var ids = tasks.Where(t => t.Status is Status.Todo).Select(t => t.Id).ToList();
        if (ids.Count == 0)
            return Array.Empty<Guid>().ToLookup(id => id, _ => new HoldingParent("", Status.Todo));
        var rows = await db.TaskLinks
            .Where(l => ids.Contains(l.ChildId) && l.Parent.Status != Status.Done)
            .OrderBy(l => l.Parent.Status == Status.Failed || l.Parent.Status == Status.Cancelled ? 0 : 1).ThenBy(l => l.ParentId)
            .Select(l => new { l.ChildId, l.Parent.Board, l.Parent.Number, l.Parent.Status })
            .Take(ParentsLookedAt).ToListAsync(ct);
        return rows.ToLookup(r => r.ChildId, r => new HoldingParent(KanbanTask.KeyOf(r.Board, r.Number), r.Status));
    }

    private static async Task<Dictionary<string, string?>> PausedLanesAsync(BoardDbContext db, IReadOnlyCollection<KanbanTask> tasks, CancellationToken ct)
    {
        var lanes = tasks.Where(t => t.Status is Status.Ready && t.Lane is not null).Select(t => t.Lane!).Distinct().ToList();
        return lanes.Count == 0
            ? []
            : await db.Lanes.Where(l => lanes.Contains(l.Name) && l.Paused).ToDictionaryAsync(l => l.Name, l => l.PausedReason, ct);
    }
}
