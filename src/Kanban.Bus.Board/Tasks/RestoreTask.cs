using System.Security.Claims;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Tasks;

/// <summary>POST /tasks/{key}/restore — 200 back on its board; 404.</summary>
public static class RestoreTask
{
    public static void Map(RouteGroupBuilder tasks) => tasks.MapPost("/{key}/restore", Handle)
        .WithName("RestoreTask").WithSummary("Bring an archived task back.")
        .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);

    internal static async Task<Results<Ok<TaskView>, ProblemHttpResult>> Handle(
        string key, WithReason? request, TaskChanges changes, ClaimsPrincipal user, CancellationToken ct)
    {
        if (Reasons.WhyNot(request?.Reason) is { } invalid)
            return invalid;
        return await changes.ApplyAsync(key, user, change => RestoreAsync(change, Reasons.Of(request)), ct);
    }

    private static Task<ProblemHttpResult?> RestoreAsync(TaskChange change, string? reason)
    {
        var task = change.Task;
        if (task.Archived)
        {
            task.Archived = false;
            task.Touch(change.Now);
            change.Note(EventTypes.TaskRestored, new { reason });
        }

        return System.Threading.Tasks.Task.FromResult<ProblemHttpResult?>(null);
    }
}
