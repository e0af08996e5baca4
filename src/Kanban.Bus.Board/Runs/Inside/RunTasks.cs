using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Runs.Inside;

/// <summary>
/// GET /runs/{runId}/tasks/{key} — 200 the run's task or a child of it, with all that hangs on it; 404 for any other.
/// POST /runs/{runId}/tasks/{key}/comments — 201; 400, 404, 409 <c>lease-lost</c>.
/// PUT /runs/{runId}/tasks/{key}/parents/{parentKey} — 200 a child waits for another child, or for the run's task; 404, 409.
/// </summary>
internal static class RunTasks
{
    public static void Map(RouteGroupBuilder runs)
    {
        runs.MapGet("/tasks/{key}", Show).WithName("ShowRunTask").WithSummary("A run looks at its own task, or at a child of it.").ProducesProblem(404);
        runs.MapPost("/tasks/{key}/comments", Comment).WithName("CommentFromRun").WithSummary("A run remarks on its own task, or on a child of it.")
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);
        runs.MapPut("/tasks/{key}/parents/{parentKey}", Link).WithName("LinkFromRun").WithSummary("A run lets a child of its task wait for another one.")
            .ProducesProblem(404).ProducesProblem(409);
    }

    internal static async Task<Results<Ok<TaskDetail>, ProblemHttpResult>> Show(Guid runId, string key, ClaimsPrincipal user, BoardDbContext db, TaskViews views, CancellationToken ct) =>
        (await db.ReachAsync(user.TaskId(), [key], ct)).Refused is { } refused ? refused : await ShowTask.Handle(key, db, views, ct);

    internal static async Task<Results<Created<CommentView>, ProblemHttpResult>> Comment(
        Guid runId, string key, AddComment request, ClaimsPrincipal user, BoardDbContext db, RunWrites writes, CancellationToken ct)
    {
        if (CommentTask.WhyNot(request) is { } invalid)
            return invalid;
        if ((await db.ReachAsync(user.TaskId(), [key], ct)).Refused is { } beyond)
            return beyond;
        var (comment, refused) = await writes.ApplyAsync(user, async caller =>
        {
            var task = key == caller.Task.Key ? caller.Task : await db.FindTaskAsync(key, ct);
            return task is null ? (null, await db.NoTaskAsync(key, ct)) : (await CommentTask.AddAsync(db, task, request.Text, caller.Actor, caller.Now, runId, ct), (ProblemHttpResult?)null);
        }, ct);
        return refused is not null ? refused : TypedResults.Created($"/api/v1/tasks/{key}", CommentTask.Of(comment!));
    }

    internal static async Task<Results<Ok<TaskView>, ProblemHttpResult>> Link(
        Guid runId, string key, string parentKey, ClaimsPrincipal user, BoardDbContext db, TaskChanges changes, CancellationToken ct)
    {
        if ((await db.ReachAsync(user.TaskId(), [key, parentKey], ct)).Refused is { } beyond)
            return beyond;
        return await changes.ApplyToLinkAsync(key, parentKey, user, async (change, parent) =>
            await RunWrites.IsHeldAsync(db, user, ct) ? await LinkTasks.LinkAsync(change, parent) : RunWrites.LeaseLost(), ct);
    }
}
