using System.Security.Claims;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Tasks;

/// <summary>POST /tasks/{key}/cancel — 200 cancelled, or its run was asked to stop (the task ends when the run is seen dead); 404, 409 it has ended otherwise.</summary>
public static class CancelTask
{
    public static void Map(RouteGroupBuilder tasks) => tasks.MapPost("/{key}/cancel", Handle)
        .WithName("CancelTask").WithSummary("Cancel a task; a run of it is stopped.")
        .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);

    internal static async Task<Results<Ok<TaskView>, ProblemHttpResult>> Handle(
        string key, WithReason? request, TaskChanges changes, IOfferBus bus, ClaimsPrincipal user, CancellationToken ct)
    {
        if (Reasons.WhyNot(request?.Reason) is { } invalid)
            return invalid;
        var answer = await changes.ApplyAsync(key, user, change => CancelAsync(change, Reasons.Of(request)), ct);
        // The worker learns of it with its next heartbeat; this makes that now.
        if (answer.Result is Ok<TaskView> { Value.Run.WorkerId: { } worker })
            await bus.HintAsync(worker, ct);
        return answer;
    }

    /// <returns>Why it can't be; null when it is, or will be when its run is seen dead.</returns>
    internal static async Task<ProblemHttpResult?> CancelAsync(TaskChange change, string? given)
    {
        var task = change.Task;
        if (task.Status is Status.Cancelled)
            return null;
        if (task.Archived)
            return TaskChange.Refuse($"Task {task.Key} is archived: restore it first.");
        if (task.HasEnded)
            return TaskChange.Refuse($"Task {task.Key} is {Words.Of(task.Status)} already: there is nothing to cancel.");
        var reason = given ?? $"cancelled by {change.Actor}";
        if (task.LiveRunId is { } run)
            await change.StopAsync(run, reason);
        else
            await change.EnterAsync(Status.Cancelled, reason);
        return null;
    }
}
