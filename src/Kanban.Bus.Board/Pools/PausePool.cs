using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Pools;

/// <summary>POST /pools/{pool}/pause and /resume — 200, also when it was so before; 404. A pause outlives restarts; running work goes on. That of <c>all</c> stops everything new.</summary>
public static class PausePool
{
    public static void Map(RouteGroupBuilder pools)
    {
        pools.MapPost("/{pool}/pause", Pause)
            .WithName("PausePool").WithSummary("Start nothing more that draws from a pool; unclaimed offers are withdrawn, running work goes on.")
            .ProducesProblem(400).ProducesProblem(404);
        pools.MapPost("/{pool}/resume", Resume)
            .WithName("ResumePool").WithSummary("Let a paused pool be drawn from again.")
            .ProducesProblem(404);
    }

    internal static async Task<Results<Ok<PoolView>, ProblemHttpResult>> Pause(
        string pool, WithReason? request, BoardDbContext db, AdmissionPass pass, PoolViews views, ClaimsPrincipal user, CancellationToken ct)
    {
        if (Reasons.WhyNot(request?.Reason) is { } invalid)
            return invalid;
        var reason = Reasons.Of(request);
        return await ChangeAsync(pool, db, views, async found =>
        {
            if (found.Paused && (reason is null || reason == found.PausedReason))
                return;
            (found.Paused, found.PausedReason) = (true, reason);
            found.Version++;
            db.Events.Add(BoardEvent.OfPool(EventTypes.PoolPaused, pool, user.Actor(), await db.NowAsync(ct), new { reason }));
            await pass.WithdrawExcessAsync(user.Actor(), ct);
        }, ct);
    }

    internal static Task<Results<Ok<PoolView>, ProblemHttpResult>> Resume(
        string pool, BoardDbContext db, PoolViews views, ClaimsPrincipal user, CancellationToken ct) => ChangeAsync(pool, db, views, async found =>
    {
        if (!found.Paused)
            return;
        db.Events.Add(BoardEvent.OfPool(EventTypes.PoolResumed, pool, user.Actor(), await db.NowAsync(ct), new { reason = found.PausedReason }));
        (found.Paused, found.PausedReason) = (false, null);
        found.Version++;
    }, ct);

    /// <summary>The frame around a change of one pool by a person.</summary>
    internal static async Task<Results<Ok<PoolView>, ProblemHttpResult>> ChangeAsync(
        string name, BoardDbContext db, PoolViews views, Func<Pool, Task> change, CancellationToken ct)
    {
        var pool = await db.InTransactionAsync(async () =>
        {
            // Offers are made under this lock: none can be made from what the pool was before.
            await db.LockAsync(BoardLock.Admission, ct);
            var found = await db.Pools.SingleOrDefaultAsync(p => p.Name == name, ct);
            if (found is not null)
                await change(found);
            return found;
        }, ct);
        return pool is null ? await ShowPools.NoPoolAsync(db, name, ct) : TypedResults.Ok(await views.OfAsync(pool, ct));
    }
}
