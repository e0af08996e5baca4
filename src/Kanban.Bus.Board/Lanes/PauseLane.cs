using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Lanes;

/// <summary>POST /lanes/{name}/pause and /resume — 200, also when it was so before; 404. A pause outlives restarts; running work goes on.</summary>
public static class PauseLane
{
    public static void Map(RouteGroupBuilder lanes)
    {
        lanes.MapPost("/{name}/pause", Pause)
            .WithName("PauseLane").WithSummary("Start no more work of a lane; unclaimed offers are withdrawn, running work goes on.")
            .ProducesProblem(400).ProducesProblem(404);
        lanes.MapPost("/{name}/resume", Resume)
            .WithName("ResumeLane").WithSummary("Let a paused lane work again.")
            .ProducesProblem(404);
    }

    internal static async Task<Results<Ok<LaneView>, ProblemHttpResult>> Pause(
        string name, WithReason? request, BoardDbContext db, AdmissionPass pass, LaneViews views, ClaimsPrincipal user, CancellationToken ct)
    {
        if (Reasons.WhyNot(request?.Reason) is { } invalid)
            return invalid;
        return await ChangeAsync(name, db, views, lane => PauseAsync(db, pass, lane, Reasons.Of(request), user.Actor(), ct), ct);
    }

    internal static Task<Results<Ok<LaneView>, ProblemHttpResult>> Resume(
        string name, BoardDbContext db, LaneViews views, ClaimsPrincipal user, CancellationToken ct) =>
        ChangeAsync(name, db, views, lane => ResumeAsync(db, lane, user.Actor(), ct), ct);

    private static async Task PauseAsync(BoardDbContext db, AdmissionPass pass, Lane lane, string? reason, string actor, CancellationToken ct)
    {
        if (lane.Paused && (reason is null || reason == lane.PausedReason))
            return;
        var now = await db.NowAsync(ct);
        lane.Paused = true;
        lane.PausedReason = reason;
        db.Events.Add(BoardEvent.OfLane(EventTypes.LanePaused, lane.Name, actor, now, new { reason }));
        await pass.WithdrawExcessAsync(actor, ct);
    }

    private static async Task ResumeAsync(BoardDbContext db, Lane lane, string actor, CancellationToken ct)
    {
        if (!lane.Paused)
            return;
        db.Events.Add(BoardEvent.OfLane(EventTypes.LaneResumed, lane.Name, actor, await db.NowAsync(ct), new { reason = lane.PausedReason }));
        lane.Paused = false;
        lane.PausedReason = null;
    }

    /// <summary>The frame around a change of one lane by a person.</summary>
    internal static async Task<Results<Ok<LaneView>, ProblemHttpResult>> ChangeAsync(
        string name, BoardDbContext db, LaneViews views, Func<Lane, Task> change, CancellationToken ct)
    {
        var lane = await db.InTransactionAsync(async () =>
        {
            // Offers are made under this lock: none can be made from what the lane was before.
            await db.LockAsync(BoardLock.Admission, ct);
            var found = await db.Lanes.SingleOrDefaultAsync(l => l.Name == name, ct);
            if (found is not null)
                await change(found);
            return found;
        }, ct);
        return lane is null ? await ShowLanes.NoLaneAsync(db, name, ct) : TypedResults.Ok(await views.OfAsync(lane, ct));
    }
}
