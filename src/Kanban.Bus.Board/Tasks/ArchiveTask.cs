using System.Security.Claims;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Tasks;

/// <summary>POST /tasks/{key}/archive — 200 archived; 404, 409 it runs.</summary>
public static class ArchiveTask
{
    public static void Map(RouteGroupBuilder tasks) => tasks.MapPost("/{key}/archive", Handle)
        .WithName("ArchiveTask").WithSummary("Put a task away. It keeps its status and starts no more.")
        .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);

    internal static async Task<Results<Ok<TaskView>, ProblemHttpResult>> Handle(
        string key, WithReason? request, TaskChanges changes, ClaimsPrincipal user, CancellationToken ct)
    {
        if (Reasons.WhyNot(request?.Reason) is { } invalid)
            return invalid;
        return await changes.ApplyAsync(key, user, change => ArchiveAsync(change, Reasons.Of(request)), ct);
    }

    private static async Task<ProblemHttpResult?> ArchiveAsync(TaskChange change, string? reason)
    {
        var task = change.Task;
        if (task.Archived)
            return null;
        if (task.Status is Status.Running)
            return TaskChange.Refuse($"Task {task.Key} is running: cancel it first, or wait for its run to end.");
        await change.WithdrawAsync(reason ?? $"{task.Key} was archived by {change.Actor}");
        task.Archived = true;
        task.Touch(change.Now);
        change.Note(EventTypes.TaskArchived, new { reason });
        return null;
    }
}
