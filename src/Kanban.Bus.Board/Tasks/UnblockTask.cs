using System.Security.Claims;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Tasks;

/// <summary>POST /tasks/{key}/unblock — 200 it goes on: ready, or waiting for parents or time; 404, 409 it was not blocked.</summary>
public static class UnblockTask
{
    public static void Map(RouteGroupBuilder tasks) => tasks.MapPost("/{key}/unblock", Handle)
        .WithName("UnblockTask").WithSummary("Let a blocked task go on. Its attempts stay charged.")
        .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);

    internal static async Task<Results<Ok<TaskView>, ProblemHttpResult>> Handle(
        string key, WithReason? request, TaskChanges changes, ClaimsPrincipal user, CancellationToken ct)
    {
        if (Reasons.WhyNot(request?.Reason) is { } invalid)
            return invalid;
        return await changes.ApplyAsync(key, user, change => UnblockAsync(change, Reasons.Of(request)), ct);
    }

    private static async Task<ProblemHttpResult?> UnblockAsync(TaskChange change, string? reason)
    {
        var task = change.Task;
        if (task.WhyNotMoveTo(Status.Todo) is { } refusal)
            return TaskChange.Refuse(refusal);
        if (task.Status is not Status.Blocked)
            return TaskChange.Refuse($"Task {task.Key} is {Words.Of(task.Status)}, not blocked.");
        await change.ReleaseAsync(reason);
        return null;
    }
}
