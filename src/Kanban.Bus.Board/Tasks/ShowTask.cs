using System.Text.Json;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Tasks;

/// <summary>GET /tasks/{key} — 200 the task with all that hangs on it, and its ETag; 404.</summary>
public static class ShowTask
{
    /// <summary>Most links, runs and comments in one answer: the newest.</summary>
    private const int Newest = 200;

    public static void Map(RouteGroupBuilder tasks) => tasks.MapGet("/{key}", Handle)
        .WithName("ShowTask").WithSummary("One task with its body, parents, children, runs and comments.")
        .ProducesProblem(404);

    internal static async Task<Results<Ok<TaskDetail>, ProblemHttpResult>> Handle(string key, BoardDbContext db, TaskViews views, CancellationToken ct)
    {
        if (await db.FindTaskAsync(key, ct) is not { } task)
            return await db.NoTaskAsync(key, ct);
        var parents = await db.TaskLinks.Where(l => l.ChildId == task.Id).OrderByDescending(l => l.ParentId).Take(Newest)
            .Select(l => new { l.Parent.Board, l.Parent.Number, l.Parent.Title, l.Parent.Status, l.Parent.Summary }).ToListAsync(ct);
        var children = await db.TaskLinks.Where(l => l.ParentId == task.Id).OrderByDescending(l => l.ChildId).Take(Newest)
            .Select(l => new { l.Child.Board, l.Child.Number, l.Child.Title, l.Child.Status, l.Child.Summary }).ToListAsync(ct);
        var runs = await db.Runs.AsNoTracking().Where(r => r.TaskId == task.Id).OrderByDescending(r => r.Number).Take(Newest).ToListAsync(ct);
        var comments = await db.Comments.AsNoTracking().Where(c => c.TaskId == task.Id).OrderByDescending(c => c.Id).Take(Newest).ToListAsync(ct);

        return TypedResults.Ok(new TaskDetail(
            await views.OfAsync(task, ct),
            task.Body,
            task.Metadata is { } metadata ? JsonElement.Parse(metadata) : null,
            [.. parents.Select(p => new TaskLinkView(KanbanTask.KeyOf(p.Board, p.Number), p.Title, p.Status, p.Summary))],
            [.. children.Select(c => new TaskLinkView(KanbanTask.KeyOf(c.Board, c.Number), c.Title, c.Status, c.Summary))],
            await RunViews.ForAsync(db, runs, ct),
            [.. comments.Select(CommentTask.Of)],
            task.Acceptance));
    }
}
