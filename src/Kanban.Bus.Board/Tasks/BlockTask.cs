using System.Security.Claims;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Tasks;

/// <summary>POST /tasks/{key}/block — 200 blocked, or blocked already; 404, 409 it runs, has ended or is archived.</summary>
public static class BlockTask
{
    public static void Map(RouteGroupBuilder tasks) => tasks.MapPost("/{key}/block", Handle)
        .WithName("BlockTask").WithSummary("Say why a task can't go on.")
        .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);

    internal static async Task<Results<Ok<TaskView>, ProblemHttpResult>> Handle(
        string key, WithReason? request, TaskChanges changes, ClaimsPrincipal user, CancellationToken ct)
    {
        if (Reasons.WhyNot(request?.Reason) is { } invalid)
            return invalid;
        return await changes.ApplyAsync(key, user, change => BlockAsync(change, Reasons.Of(request)), ct);
    }

    private static async Task<ProblemHttpResult?> BlockAsync(TaskChange change, string? reason)
    {
        var task = change.Task;
        if (task.WhyNotMoveTo(Status.Blocked) is { } refusal)
            return TaskChange.Refuse(refusal);
        if (task.HasEnded)
            return TaskChange.Refuse($"Task {task.Key} is {Words.Of(task.Status)}: there is nothing left to block.");
        if (task.Status is not Status.Blocked)
            await change.EnterAsync(Status.Blocked, reason ?? $"blocked by {change.Actor}");
        else if (reason is not null && reason != task.Reason)
            MoveTaskEndpoint.ChangeReason(change, reason);
        return null;
    }
}
