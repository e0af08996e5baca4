using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kanban.Bus.Board.Tasks;

/// <summary>POST /tasks — 201 a new task, 200 the same idempotency key and content again, 400, 413, 422 the key with other content.</summary>
public static class CreateTaskEndpoint
{
    public static void Map(RouteGroupBuilder tasks) => tasks.MapPost("", Handle)
        .WithName("CreateTask").WithSummary("Make a task.")
        .ProducesProblem(400).ProducesProblem(413).ProducesProblem(422);

    internal static async Task<Results<Created<TaskView>, Ok<TaskView>, ProblemHttpResult>> Handle(
        CreateTask request,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        TaskCreation creation,
        TaskViews views,
        ClaimsPrincipal user,
        CancellationToken ct)
    {
        if (idempotencyKey is not null && request.IdempotencyKey is { } other && other != idempotencyKey)
            return Problems.Invalid("Idempotency-Key", "The header 'Idempotency-Key' and the field 'idempotencyKey' differ: give one of them, or both the same.");
        var (created, refused) = await creation.CreateAsync(
            [request with { IdempotencyKey = request.IdempotencyKey ?? idempotencyKey }], _ => "", user.Actor(), ct);
        if (refused is not null)
            return refused;
        var view = (await views.OfNewAsync([created[0].Task], ct))[0];
        return created[0].IsNew ? TypedResults.Created($"/api/v1/tasks/{view.Key}", view) : TypedResults.Ok(view);
    }
}
