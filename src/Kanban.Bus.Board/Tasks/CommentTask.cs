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
        .WithName("CommentTask").WithSummary("Remark on a task. Its next run reads it.")
        .ProducesProblem(400).ProducesProblem(404);

    internal static async Task<Results<Created<CommentView>, ProblemHttpResult>> Handle(
        string key, AddComment request, BoardDbContext db, ClaimsPrincipal user, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(request.Text))
            return Problems.Invalid("/text", $"'text' is empty; it has 1 to {Limits.CommentLength} characters.");
        if (TaskRules.Prose("/text", "text", request.Text, Limits.CommentLength).ToList() is { Count: > 0 } faults)
            return Problems.Invalid(faults);
        if (await db.FindTaskAsync(key, ct) is not { } task)
            return await db.NoTaskAsync(key, ct);

        var comment = await db.InTransactionAsync(async () =>
        {
            var now = await db.NowAsync(ct);
            var added = new Comment { TaskId = task.Id, By = user.Actor(), At = now, Text = request.Text };
            db.Comments.Add(added);
            db.Events.Add(BoardEvent.Of(EventTypes.TaskCommented, task, user.Actor(), now, new { text = request.Text }));
            await db.SaveChangesAsync(ct);
            return added;
        }, ct);
        return TypedResults.Created($"/api/v1/tasks/{key}", Of(comment));
    }

    internal static CommentView Of(Comment comment) => new(comment.Id, comment.By, comment.At, comment.Text, comment.RunId);
}
