using System.Globalization;
using System.Text;
using System.Text.Json;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Runs;

/// <summary>Writes what a worker gets with its lease.</summary>
internal sealed class Briefs(BoardDbContext db)
{
    private const int CommentsShown = 20;

    /// <summary>One grant per run, for any number of them with three reads; with one where no task has a parent, a comment or an earlier run.</summary>
    public async Task<Dictionary<Guid, Grant>> GrantsAsync(IReadOnlyList<(Run Run, string Token)> granted, TimeSpan lease, CancellationToken ct)
    {
        if (granted.Count == 0)
            return [];
        var (parents, comments) = await RelatedAsync([.. granted.Select(g => g.Run.TaskId)], ct);
        var retried = granted.Where(g => g.Run.Number > 1).Select(g => g.Run.TaskId).ToList();
        var earlier = retried.Count == 0
            ? Enumerable.Empty<Run>().ToLookup(r => r.TaskId)
            : (await db.Runs.AsNoTracking().Where(r => retried.Contains(r.TaskId) && !r.Live).OrderBy(r => r.Number).ToListAsync(ct)).ToLookup(r => r.TaskId);

        var grants = new Dictionary<Guid, Grant>();
        foreach (var (run, token) in granted)
        {
            var task = run.Task;
            var lane = db.Lanes.Local.FindEntry(run.Lane)!.Entity;
            var results = parents[task.Id].ToList();
            grants[run.CorrelationId] = new Grant(
                run.CorrelationId, run.TaskKey, task.Title, run.Lane, run.Number, run.FencingToken, lease.TotalSeconds, token, lane.Profile,
                task.Body, Write(task, results, [.. earlier[task.Id]], [.. comments[task.Id]]), results, new Dictionary<string, string>(),
                new RunLimits(task.MaxRuntimeSeconds ?? lane.MaxRuntimeSeconds, lane.SilenceSeconds, lane.GraceSeconds, lane.OnDisconnect),
                Workspace: task.Workspace ?? lane.Workspace);
        }

        return grants;
    }

    private async Task<(ILookup<Guid, ParentResult> Parents, ILookup<Guid, Comment> Comments)> RelatedAsync(List<Guid> taskIds, CancellationToken ct)
    {
        // Most tasks of a large batch have neither.
        var some = await db.TaskLinks.Where(l => taskIds.Contains(l.ChildId)).Select(l => l.ChildId)
            .Union(db.Comments.Where(c => taskIds.Contains(c.TaskId)).Select(c => c.TaskId)).ToListAsync(ct);
        if (some.Count == 0)
            return (Enumerable.Empty<ParentResult>().ToLookup(_ => Guid.Empty), Enumerable.Empty<Comment>().ToLookup(c => c.TaskId));
        var parents = await db.TaskLinks.AsNoTracking().Where(l => some.Contains(l.ChildId)).OrderBy(l => l.ParentId)
            .Select(l => new { l.ChildId, l.Parent.Board, l.Parent.Number, l.Parent.Title, l.Parent.Summary, l.Parent.Metadata }).ToListAsync(ct);
        var comments = await db.Comments.AsNoTracking().Where(c => some.Contains(c.TaskId)).OrderBy(c => c.Id).ToListAsync(ct);
        return (parents.ToLookup(p => p.ChildId, p => new ParentResult(KanbanTask.KeyOf(p.Board, p.Number), p.Title, p.Summary, Read(p.Metadata))), comments.ToLookup(c => c.TaskId));
    }

    /// <summary>One Markdown document: what to do, what parents handed over, how earlier runs ended, what people said.</summary>
    internal static string Write(KanbanTask task, IReadOnlyList<ParentResult> parents, IReadOnlyList<Run> earlier, IReadOnlyList<Comment> comments)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {task.Key}: {task.Title}\n\n{task.Body.Trim()}\n");
        if (parents.Count > 0)
        {
            text.Append("\n## Results of parent tasks\n");
            foreach (var parent in parents)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n### {parent.Key}: {parent.Title}\n\n{parent.Summary ?? "(no summary)"}\n");
                if (parent.Metadata is { } metadata)
                    text.Append(CultureInfo.InvariantCulture, $"\n```json\n{metadata.GetRawText()}\n```\n");
            }
        }

        if (earlier.Count > 0)
        {
            text.Append("\n## Earlier runs\n\n");
            foreach (var run in earlier)
                text.Append(CultureInfo.InvariantCulture, $"- run {run.Number} on {run.Host ?? "no host"}: {Words.Of(run.StateName)}{(run.Reason is null ? "" : ": " + run.Reason)}\n");
        }

        if (comments.Count > 0)
        {
            text.Append("\n## Comments\n\n");
            if (comments.Count > CommentsShown)
                text.Append(CultureInfo.InvariantCulture, $"({comments.Count - CommentsShown} older ones are not shown)\n\n");
            foreach (var comment in comments.TakeLast(CommentsShown))
                text.Append(CultureInfo.InvariantCulture, $"- {comment.By}, {comment.At:u}: {comment.Text.ReplaceLineEndings("\n  ")}\n");
        }

        return text.ToString();
    }

    private static JsonElement? Read(string? json) => json is null ? null : JsonElement.Parse(json);
}
