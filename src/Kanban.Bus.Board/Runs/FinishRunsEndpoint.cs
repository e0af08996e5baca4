using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Runs;

/// <summary>POST /workers/{id}/finishes — 200 one answer per finish, 400 none or more than 500, 401 and 409 as for every call of a session.</summary>
internal static class FinishRunsEndpoint
{
    private const int MostFinishes = 500;

    public static void Map(RouteGroupBuilder workers) => workers.MapPost("/{id}/finishes", Handle).AllowBulk()
        .WithName("FinishRuns").WithSummary("Reports how runs ended").RequireAuthorization(Policies.WorkerSession).OnLeasePool();

    private static async Task<Results<Ok<FinishAnswers>, ProblemHttpResult>> Handle(
        string id, FinishRuns request, Coalescer<FinishBatch.Request, FinishAnswers> finishes, CancellationToken ct)
    {
        if (request.Finishes.Count is 0 or > MostFinishes)
            return Problems.Invalid("/finishes", $"A request holds 1 to {MostFinishes} finishes; this one has {request.Finishes.Count}.");
        return TypedResults.Ok(await finishes.AddAsync(new FinishBatch.Request(id, request), ct));
    }
}
