using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Schedules;

/// <summary>POST /schedules/{name}/run — 200 the schedule, with the task it made or one queued; 404, 409 its last task has not ended, or the task can't be made.</summary>
public static class RunSchedule
{
    public static void Map(RouteGroupBuilder schedules) => schedules.MapPost("/{name}/run", Handle)
        .WithName("RunSchedule").WithSummary("Make a task now, as if its time had come, by its rule of overlap; a paused schedule too.").ProducesProblem(404).ProducesProblem(409);

    internal static async Task<Results<Ok<ScheduleView>, ProblemHttpResult>> Handle(
        string name, BoardDbContext db, ScheduleFiring firing, ScheduleViews views, ScheduleSignal signal, ClaimsPrincipal user, CancellationToken ct)
    {
        var (schedule, refused) = await db.InTransactionAsync(async () =>
        {
            if (await firing.LockedAsync(name, ct) is not { } found)
                return ((Schedule?)null, (string?)null);
            var now = await db.NowAsync(ct);
            db.Events.Add(BoardEvent.OfSchedule(EventTypes.ScheduleRun, name, user.Actor(), now));
            return (found, (await firing.RunNowAsync(found, now, ct)).Refused);
        }, ct);
        if (schedule is null)
            return await ShowSchedules.NoneAsync(db, name, ct);
        if (refused is not null)
            return Problems.Conflict("refused-by-state", refused);
        signal.Changed();
        return TypedResults.Ok(await views.OfAsync(schedule, ct));
    }
}
