using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Pools;

/// <summary>POST /pools/{pool}/unpark — 200, also when it was not parked; 404. All its units are there at once: a person knows better than the provider said.</summary>
public static class UnparkPool
{
    public static void Map(RouteGroupBuilder pools) => pools.MapPost("/{pool}/unpark", Handle)
        .WithName("UnparkPool").WithSummary("Open a parked account before its limit resets.")
        .ProducesProblem(400).ProducesProblem(404);

    internal static async Task<Results<Ok<PoolView>, ProblemHttpResult>> Handle(
        string pool, WithReason? request, BoardDbContext db, PoolViews views, ClaimsPrincipal user, CancellationToken ct)
    {
        if (Reasons.WhyNot(request?.Reason) is { } invalid)
            return invalid;
        return await PausePool.ChangeAsync(pool, db, views, async found =>
        {
            var now = await db.NowAsync(ct);
            if (!found.IsParked(now))
                return;
            db.Events.Add(BoardEvent.OfPool(EventTypes.PoolUnparked, pool, user.Actor(), now, new { until = found.ParkedUntil, was = found.ParkedReason, reason = Reasons.Of(request) }));
            found.Unpark();
        }, ct);
    }
}
