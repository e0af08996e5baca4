using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Tasks;

/// <summary>POST /tasks/bulk — 200 all of them, in the request's order; 400, 413 or 422 and none of them.</summary>
public static class CreateTasksEndpoint
{
    public static void Map(RouteGroupBuilder tasks) => tasks.MapPost("/bulk", Handle).AllowBulk()
        .WithName("CreateTasks").WithSummary("Make up to 1,000 tasks, all or none. A parent may be '#0', '#1', …: an earlier task of the request.")
        .ProducesProblem(400).ProducesProblem(413).ProducesProblem(422);

    internal static async Task<Results<Ok<Page<TaskView>>, ProblemHttpResult>> Handle(
        CreateTasks request, TaskCreation creation, TaskViews views, ClaimsPrincipal user, CancellationToken ct)
    {
        if (request.Tasks.Count == 0)
            return Problems.Invalid("/tasks", "'tasks' is empty; it has 1 to 1000 tasks.");
        if (request.Tasks.Count > Limits.BulkItems)
            return Problems.TooLarge("/tasks", $"'tasks' has {request.Tasks.Count} tasks; at most {Limits.BulkItems} are allowed in one request.");
        for (var i = 0; i < request.Tasks.Count; i++)
            if (request.Tasks[i] is null)
                return Problems.Invalid($"/tasks/{i}", "A task is a JSON object; given was null.");

        var (created, refused) = await creation.CreateAsync(request.Tasks, i => $"/tasks/{i}", user.Actor(), ct);
        if (refused is not null)
            return refused;
        return TypedResults.Ok(new Page<TaskView>(await views.OfNewAsync([.. created.Select(c => c.Task)], ct), null));
    }
}
