using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Artifacts;
using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Tasks;

/// <summary>Tasks as every face shows them: a page of them takes the same handful of statements as one.</summary>
public sealed class TaskViews(BoardDbContext db, WaitReasons waits, SnapshotReader snapshots)
{
    /// <returns>In the order of <paramref name="tasks"/>.</returns>
    public async Task<List<TaskView>> ForAsync(IReadOnlyCollection<KanbanTask> tasks, CancellationToken ct, Snapshot? frame = null)
    {
        if (tasks.Count == 0)
            return [];
        var runs = await LiveRunsAsync(tasks, ct);
        var ids = tasks.Select(t => t.Id).ToList();
        var parents = await db.TaskLinks.Where(l => ids.Contains(l.ChildId)).GroupBy(l => l.ChildId)
            .Select(g => new { Child = g.Key, All = g.Count(), Done = g.Count(l => l.Parent.Status == Status.Done) })
            .ToDictionaryAsync(g => g.Child, g => (g.All, g.Done), ct);
        var now = tasks.Any(t => t is { Due: not null, HasEnded: false }) ? await db.NowAsync(ct) : default;
        var reasons = await waits.ForAsync(tasks, ct, frame);

        return [.. tasks.Select(task =>
        {
            var (all, done) = parents.GetValueOrDefault(task.Id);
            var run = task.LiveRunId is { } runId ? runs.GetValueOrDefault(runId) : null;
            return Of(task, run, all, done, reasons.GetValueOrDefault(task.Id)?.Reason, now);
        })];
    }

    /// <summary>Of tasks that were just made: with a warning where no live worker could ever take one.</summary>
    public async Task<List<TaskView>> OfNewAsync(IReadOnlyCollection<KanbanTask> tasks, CancellationToken ct)
    {
        var frame = await snapshots.FrameAsync(ct);
        var all = await ForAsync(tasks, ct, frame);
        var warnings = WaitReasons.Warnings(tasks, frame);
        return [.. all.Zip(tasks, (view, task) => view with { Warning = warnings.GetValueOrDefault(task.Id) })];
    }

    public async Task<TaskView> OfAsync(KanbanTask task, CancellationToken ct) => (await ForAsync([task], ct))[0];

    private static TaskView Of(KanbanTask task, RunView? run, int parents, int parentsDone, string? wait, DateTimeOffset now) => new(
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
        wait,
        task.Attempts,
        task.Version,
        task.CreatedAt,
        task.UpdatedAt,
        task.EndedAt,
        task.CreatedBy,
        run,
        task.Summary,
        parentsDone,
        parents,
        Draws.Read(task.Draws),
        Artifacts: ArtifactRules.Split(task.Artifacts),
        OnLimit: task.OnLimit,
        Failures: task.Failures.Shown(),
        Due: task.Due,
        Overdue: task.Due < now && !task.HasEnded,
        Workspace: task.Workspace,
        Question: task.Asks ? task.Reason : null);

    private async Task<Dictionary<Guid, RunView>> LiveRunsAsync(IReadOnlyCollection<KanbanTask> tasks, CancellationToken ct)
    {
        var ids = tasks.Where(t => t.LiveRunId is not null).Select(t => t.LiveRunId!.Value).ToList();
        if (ids.Count == 0)
            return [];
        var runs = await db.Runs.AsNoTracking().Where(r => ids.Contains(r.CorrelationId)).ToListAsync(ct);
        return (await RunViews.ForAsync(db, runs, ct)).ToDictionary(r => r.Id);
    }
}
