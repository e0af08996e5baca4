using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Alarms;

/// <summary>POST /alarms/{id}/acknowledge — 200, also when somebody had before: who was first stays; 400; 404. It changes nothing of the cause.</summary>
public static class AcknowledgeAlarm
{
    public static void Map(RouteGroupBuilder api) => api.MapPost("/alarms/{id:guid}/acknowledge", Handle)
        .WithTags("Alarms").WithName("AcknowledgeAlarm").WithSummary("Say that you see to it. The alarm stays until its cause is gone.")
        .ProducesProblem(400).ProducesProblem(404);

    internal static async Task<Results<Ok<AlarmView>, ProblemHttpResult>> Handle(Guid id, WithReason? request, BoardDbContext db, ClaimsPrincipal user, CancellationToken ct)
    {
        if (Reasons.WhyNot(request?.Reason) is { } invalid)
            return invalid;
        var (by, note) = (user.Actor(), Reasons.Of(request));
        await db.InTransactionAsync(async () =>
        {
            var now = await db.NowAsync(ct);
            if (await db.Alarms.Where(a => a.Id == id && a.AcknowledgedAt == null)
                    .ExecuteUpdateAsync(set => set.SetProperty(a => a.AcknowledgedAt, now).SetProperty(a => a.AcknowledgedBy, by).SetProperty(a => a.Note, note), ct) == 0)
                return;
            var alarm = await db.Alarms.AsNoTracking().SingleAsync(a => a.Id == id, ct);
            db.Events.Add(BoardEvent.OfAlarm(EventTypes.AlarmAcknowledged, alarm, by, now, new { alarm = alarm.Kind, alarm.Id, reason = note }));
        }, ct);
        return await db.Alarms.AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, ct) is { } found
            ? TypedResults.Ok(found.View())
            : Problems.NotFound("alarm", id.ToString());
    }
}
