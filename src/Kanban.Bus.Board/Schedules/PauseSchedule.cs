using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Schedules;

/// <summary>POST /schedules/{name}/pause and /resume — 200, also when it was so before; 404. Times that pass while it is paused are not caught up with.</summary>
public static class PauseSchedule
{
    public static void Map(RouteGroupBuilder schedules)
    {
        schedules.MapPost("/{name}/pause", Pause).WithName("PauseSchedule").WithSummary("Make no more tasks; those that are made stay.").ProducesProblem(400).ProducesProblem(404);
        schedules.MapPost("/{name}/resume", Resume).WithName("ResumeSchedule").WithSummary("Make tasks again, from the next time on.").ProducesProblem(404);
    }

    internal static async Task<Results<Ok<ScheduleView>, ProblemHttpResult>> Pause(
        string name, WithReason? request, BoardDbContext db, ScheduleFiring firing, ScheduleViews views, ScheduleSignal signal, ClaimsPrincipal user, CancellationToken ct)
    {
        if (Reasons.WhyNot(request?.Reason) is { } invalid)
            return invalid;
        return await ChangeAsync(name, true, Reasons.Of(request), db, firing, views, signal, user.Actor(), ct);
    }

    internal static Task<Results<Ok<ScheduleView>, ProblemHttpResult>> Resume(
        string name, BoardDbContext db, ScheduleFiring firing, ScheduleViews views, ScheduleSignal signal, ClaimsPrincipal user, CancellationToken ct) =>
        ChangeAsync(name, false, null, db, firing, views, signal, user.Actor(), ct);

    private static async Task<Results<Ok<ScheduleView>, ProblemHttpResult>> ChangeAsync(
        string name, bool paused, string? reason, BoardDbContext db, ScheduleFiring firing, ScheduleViews views, ScheduleSignal signal, string actor, CancellationToken ct)
    {
        var schedule = await db.InTransactionAsync(async () =>
        {
            if (await firing.LockedAsync(name, ct) is not { } found)
                return null;
            if (found.Paused == paused && (reason is null || reason == found.PausedReason))
                return found;
            var now = await db.NowAsync(ct);
            db.Events.Add(BoardEvent.OfSchedule(paused ? EventTypes.SchedulePaused : EventTypes.ScheduleResumed, name, actor, now, new { reason = reason ?? found.PausedReason }));
            (found.Paused, found.PausedReason) = (paused, reason);
            if (paused)
                found.QueuedAt = null;
            found.GoOnFrom(now);
            found.Version++;
            return found;
        }, ct);
        if (schedule is null)
            return await ShowSchedules.NoneAsync(db, name, ct);
        signal.Changed();
        return TypedResults.Ok(await views.OfAsync(schedule, ct));
    }
}
