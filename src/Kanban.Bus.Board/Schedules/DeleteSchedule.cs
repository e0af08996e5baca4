using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Schedules;

/// <summary>DELETE /schedules/{name} — 204, 404. Its tasks stay.</summary>
public static class DeleteSchedule
{
    public static void Map(RouteGroupBuilder schedules) => schedules.MapDelete("/{name}", Handle)
        .WithName("DeleteSchedule").WithSummary("Drop a schedule; the tasks it made stay.").ProducesProblem(404);

    internal static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        string name, BoardDbContext db, ScheduleFiring firing, ScheduleSignal signal, ClaimsPrincipal user, CancellationToken ct)
    {
        var isGone = await db.InTransactionAsync(async () =>
        {
            if (await firing.LockedAsync(name, ct) is not { } schedule)
                return false;
            db.Schedules.Remove(schedule);
            db.Events.Add(BoardEvent.OfSchedule(EventTypes.ScheduleDeleted, name, user.Actor(), await db.NowAsync(ct), new { cron = schedule.Cron, task = ScheduleRules.Brief(schedule.Task) }));
            return true;
        }, ct);
        if (!isGone)
            return await ShowSchedules.NoneAsync(db, name, ct);
        signal.Changed();
        return TypedResults.NoContent();
    }
}
