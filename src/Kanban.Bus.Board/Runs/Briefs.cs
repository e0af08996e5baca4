using System.Text.Json;
using Kanban.Bus.Board.Artifacts;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Runs.Inside;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Runs;

/// <summary>Writes what a worker gets with its lease.</summary>
internal sealed class Briefs(BoardDbContext db, IOptions<RunsOptions> options)
{
    /// <summary>The newest that are read of a task; more do not fit into a brief anyway.</summary>
    private const int MostComments = 200;
    private const int MostEarlier = 50;

    /// <summary>One grant per run, for any number of them with three reads; with one where no task has a parent, a comment or an earlier run.</summary>
    /// <remarks>Comments in a brief count as seen by its run.</remarks>
    public async Task<Dictionary<Guid, Grant>> GrantsAsync(IReadOnlyList<(Run Run, string Token)> granted, TimeSpan lease, DateTimeOffset now, CancellationToken ct)
    {
        if (granted.Count == 0)
            return [];
        var (parents, comments, files) = await RelatedAsync([.. granted.Select(g => g.Run.TaskId)], ct);
        var earlier = await EarlierAsync([.. granted.Where(g => g.Run.Number > 1).Select(g => g.Run.TaskId)], ct);

        var grants = new Dictionary<Guid, Grant>();
        foreach (var (run, token) in granted)
        {
            var task = run.Task;
            var lane = db.Lanes.Local.FindEntry(run.Lane)!.Entity;
            var results = parents[task.Id].ToList();
            var brief = Brief.Write(new BriefOf(task, run.Number, lane, results, [.. earlier[task.Id]], [.. comments[task.Id]], [.. files[task.Id].Select(f => f.Name)]), options.Value.BriefBytes);
            var unseen = comments[task.Id].Where(c => c.SeenAt is null && c.RunId != run.CorrelationId && brief.Comments.Contains(c.Id)).ToList();
            await db.MarkSeenAsync(unseen, task, run.CorrelationId, run.Actor, now, ct);
            grants[run.CorrelationId] = new Grant(
                run.CorrelationId, run.TaskKey, task.Title, run.Lane, run.Number, run.FencingToken, lease.TotalSeconds, token, lane.Profile,
                task.Body, brief.Text, results,
                new RunLimits(task.MaxRuntimeSeconds ?? lane.MaxRuntimeSeconds, lane.SilenceSeconds, lane.GraceSeconds, lane.OnDisconnect),
                task.Workspace ?? lane.Workspace,
                Patterns(lane, task), files.Contains(task.Id) ? [.. files[task.Id]] : null,
                AgentSessions.For(run, earlier[task.Id]), task.Allows);
        }

        return grants;
    }

    /// <summary>What the task's live run read at its start, as far as it is still so; without one, what its next run would read now.</summary>
    public async Task<string> OfAsync(KanbanTask task, CancellationToken ct)
    {
        var live = await db.Runs.AsNoTracking().Where(r => r.TaskId == task.Id && r.Live).Select(r => (int?)r.Number).SingleOrDefaultAsync(ct);
        var lane = task.Lane is null ? null : await db.Lanes.AsNoTracking().SingleOrDefaultAsync(l => l.Name == task.Lane, ct);
        var (parents, comments, files) = await RelatedAsync([task.Id], ct);
        var earlier = await EarlierAsync([task.Id], ct);
        return Brief.Write(
            new BriefOf(task, live ?? task.RunCount + 1, lane, [.. parents[task.Id]], [.. earlier[task.Id]], [.. comments[task.Id]], [.. files[task.Id].Select(f => f.Name)]), options.Value.BriefBytes).Text;
    }

    private async Task<ILookup<Guid, Run>> EarlierAsync(List<Guid> taskIds, CancellationToken ct)
    {
        if (taskIds.Count == 0)
            return Enumerable.Empty<Run>().ToLookup(r => r.TaskId);
        var runs = await db.Runs.AsNoTracking().Where(r => taskIds.Contains(r.TaskId) && !r.Live && r.Number > r.Task.RunCount - MostEarlier).OrderBy(r => r.Number).ToListAsync(ct);
        return runs.ToLookup(r => r.TaskId);
    }

    /// <summary>What the lane names and what the task names beside; null for nothing.</summary>
    private static IReadOnlyList<string>? Patterns(Lane lane, KanbanTask task) =>
        lane.Artifacts.Length + task.Artifacts.Length == 0 ? null : [.. ArtifactRules.Split(lane.Artifacts).Union(ArtifactRules.Split(task.Artifacts), StringComparer.Ordinal)];

    private async Task<(ILookup<Guid, ParentResult> Parents, ILookup<Guid, Comment> Comments, ILookup<Guid, AttachedFile> Files)> RelatedAsync(List<Guid> taskIds, CancellationToken ct)
    {
        // Most tasks of a large batch have none of them.
        var some = await db.TaskLinks.Where(l => taskIds.Contains(l.ChildId)).Select(l => l.ChildId)
            .Union(db.Comments.Where(c => taskIds.Contains(c.TaskId)).Select(c => c.TaskId))
            .Union(db.Artifacts.Where(a => taskIds.Contains(a.TaskId) && a.RunId == null).Select(a => a.TaskId)).ToListAsync(ct);
        if (some.Count == 0)
            return (Enumerable.Empty<ParentResult>().ToLookup(_ => Guid.Empty), Enumerable.Empty<Comment>().ToLookup(c => c.TaskId),
                Enumerable.Empty<AttachedFile>().ToLookup(_ => Guid.Empty));
        var parents = await db.TaskLinks.AsNoTracking().Where(l => some.Contains(l.ChildId)).OrderBy(l => l.ParentId)
            .Select(l => new { l.ChildId, l.Parent.Board, l.Parent.Number, l.Parent.Title, l.Parent.Summary, l.Parent.Metadata }).ToListAsync(ct);
        var comments = await db.Comments.AsNoTracking().Where(c => some.Contains(c.TaskId)).OrderBy(c => c.Id).ToListAsync(ct);
        return (parents.ToLookup(p => p.ChildId, p => new ParentResult(KanbanTask.KeyOf(p.Board, p.Number), p.Title, p.Summary, Read(p.Metadata))),
            comments.GroupBy(c => c.TaskId).SelectMany(g => g.TakeLast(MostComments)).ToLookup(c => c.TaskId),
            await db.AttachedAsync(some, ct));
    }

    private static JsonElement? Read(string? json) => json is null ? null : JsonElement.Parse(json);
}
