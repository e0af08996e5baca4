using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Lanes;

/// <summary>POST /lanes/{name}/reset-breaker — 200, also when it was closed; 404. What failed before counts no more.</summary>
public static class ResetBreaker
{
    public static void Map(RouteGroupBuilder lanes) => lanes.MapPost("/{name}/reset-breaker", Handle)
        .WithName("ResetBreaker").WithSummary("Let all of a lane's work start again, whatever failed.")
        .ProducesProblem(400).ProducesProblem(404);

    internal static async Task<Results<Ok<LaneView>, ProblemHttpResult>> Handle(
        string name, WithReason? request, BoardDbContext db, LaneViews views, ClaimsPrincipal user, CancellationToken ct)
    {
        if (Reasons.WhyNot(request?.Reason) is { } invalid)
            return invalid;
        return await PauseLane.ChangeAsync(name, db, views, async lane =>
        {
            if (lane.Breaker is not null)
                LaneBreakers.Closed(db, lane, user.Actor(), await db.NowAsync(ct), Reasons.Of(request) ?? $"reset by {user.Actor()}");
        }, ct);
    }
}
