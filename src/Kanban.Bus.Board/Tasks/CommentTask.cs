using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Tasks;

/// <summary>POST /tasks/{key}/comments — 201 the comment, 400, 404.</summary>
public static class CommentTask
{
    public static void Map(RouteGroupBuilder tasks) => tasks.MapPost("/{key}/comments", Handle)
        .WithName("CommentTask").WithSummary("Remark on a task. Its run reads it, or its next one.")
        .ProducesProblem(400).ProducesProblem(404);

    internal static async Task<Results<Created<CommentView>, ProblemHttpResult>> Handle(
        string key, AddComment request, BoardDbContext db, ClaimsPrincipal user, CancellationToken ct)
    {
        if (WhyNot(request) is { } invalid)
            return invalid;
        if (await db.FindTaskAsync(key, ct) is not { } task)
            return await db.NoTaskAsync(key, ct);

        var comment = await db.InTransactionAsync(async () => await AddAsync(db, task, request.Text, user.Actor(), await db.NowAsync(ct), null, ct), ct);
        return TypedResults.Created($"/api/v1/tasks/{key}", Of(comment));
    }

    internal static ProblemHttpResult? WhyNot(AddComment request)
    {
        if (string.IsNullOrWhiteSpace(request.Text))
            return Problems.Invalid("/text", $"'text' is empty; it has 1 to {Limits.CommentLength} characters.");
        return TaskRules.Prose("/text", "text", request.Text, Limits.CommentLength).ToList() is { Count: > 0 } faults ? Problems.Invalid(faults) : null;
    }

    /// <summary>Within the transaction that the caller has begun.</summary>
    /// <param name="runId">The run that remarks; null for a person.</param>
    internal static async Task<Comment> AddAsync(BoardDbContext db, KanbanTask task, string text, string actor, DateTimeOffset now, Guid? runId, CancellationToken ct)
    {
        var added = new Comment { TaskId = task.Id, RunId = runId, By = actor, At = now, Text = text };
        db.Comments.Add(added);
        db.Events.Add(BoardEvent.Of(EventTypes.TaskCommented, task, actor, now, new { text }, runId));
        await db.SaveChangesAsync(ct);
        return added;
    }

    internal static CommentView Of(Comment comment) => new(comment.Id, comment.By, comment.At, comment.Text, comment.RunId, comment.SeenAt, comment.SeenBy);
}
