using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Runs;

/// <summary>POST /workers/{id}/claims — 200 one answer per claim, 400 no claims or more than 500, 401 and 409 as for every call of a session.</summary>
internal static class ClaimRunsEndpoint
{
    private const int MostClaims = 500;

    public static void Map(RouteGroupBuilder workers) => workers.MapPost("/{id}/claims", Handle)
        .WithName("ClaimRuns").WithSummary("Asks for offered runs").RequireAuthorization(Policies.WorkerSession).OnLeasePool();

    private static async Task<Results<Ok<ClaimAnswers>, ProblemHttpResult>> Handle(
        string id, ClaimRuns request, Coalescer<ClaimBatch.Request, ClaimAnswers> claims, CancellationToken ct)
    {
        if (request.Claims.Count is 0 or > MostClaims)
            return Problems.Invalid("/claims", $"A request holds 1 to {MostClaims} claims; this one has {request.Claims.Count}.");
        return TypedResults.Ok(await claims.AddAsync(new ClaimBatch.Request(id, request), ct));
    }
}
