using System.Security.Claims;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Tasks;

/// <summary>POST /tasks/{key}/retry — 200 it starts afresh; 404, 409 it runs, waits or is archived.</summary>
public static class RetryTask
{
    public static void Map(RouteGroupBuilder tasks) => tasks.MapPost("/{key}/retry", Handle)
        .WithName("RetryTask").WithSummary("Start a task afresh, with no attempt charged.")
        .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);

    internal static async Task<Results<Ok<TaskView>, ProblemHttpResult>> Handle(
        string key, WithReason? request, TaskChanges changes, ClaimsPrincipal user, CancellationToken ct)
    {
        if (Reasons.WhyNot(request?.Reason) is { } invalid)
            return invalid;
        return await changes.ApplyAsync(key, user, change => RetryAsync(change, Reasons.Of(request)), ct);
    }

    private static async Task<ProblemHttpResult?> RetryAsync(TaskChange change, string? reason)
    {
        var task = change.Task;
        if (task.WhyNotMoveTo(Status.Ready) is { } refusal)
            return TaskChange.Refuse(refusal);
        var waitsForRetry = task is { Status: Status.Scheduled, Attempts: > 0 };
        if (!waitsForRetry && task.Status is Status.Triage or Status.Todo or Status.Ready or Status.Scheduled)
            return TaskChange.Refuse($"Task {task.Key} is {Words.Of(task.Status)}: it has not ended, so there is nothing to try again.");
        // A backoff is over when a person says so.
        if (waitsForRetry)
            task.NotBefore = null;
        task.Forgive();
        await change.ReleaseAsync(reason);
        return null;
    }
}
