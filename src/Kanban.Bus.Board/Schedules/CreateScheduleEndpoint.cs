using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Schedules;

/// <summary>POST /schedules — 201 a new schedule, 400, 409 there is one of that name.</summary>
public static class CreateScheduleEndpoint
{
    public static void Map(RouteGroupBuilder schedules) => schedules.MapPost("", Handle)
        .WithName("CreateSchedule").WithSummary("Make a schedule: a task at each of its times.")
        .ProducesProblem(400).ProducesProblem(409).ProducesProblem(413);

    internal static async Task<Results<Created<ScheduleView>, ProblemHttpResult>> Handle(
        CreateSchedule request, BoardDbContext db, TaskCreation creation, ScheduleViews views, ScheduleSignal signal, ClaimsPrincipal user, CancellationToken ct)
    {
        if (ScheduleRules.WhyNot(Of(request, "", default)) is { } invalid)
            return invalid;
        if (await creation.UnknownNameAsync(request.Task, "/task", ct) is { } unknown)
            return unknown;
        if (await db.Schedules.AnyAsync(s => s.Name == request.Name, ct))
            return Exists(request.Name);
        try
        {
            var schedule = await db.InTransactionAsync(async () =>
            {
                var now = await db.NowAsync(ct);
                var added = Of(request, user.Actor(), now);
                added.GoOnFrom(now);
                db.Schedules.Add(added);
                db.Events.Add(BoardEvent.OfSchedule(EventTypes.ScheduleCreated, added.Name, user.Actor(), now,
                    new { cron = added.Cron, timeZone = added.TimeZone, overlap = added.Overlap, catchUp = added.CatchUp }));
                return added;
            }, ct);
            signal.Changed();
            return TypedResults.Created($"/api/v1/schedules/{schedule.Name}", await views.OfAsync(schedule, ct));
        }
        catch (DbUpdateException error) when (db.IsDuplicateKey(error))
        {
            return Exists(request.Name);
        }
    }

    private static Schedule Of(CreateSchedule request, string actor, DateTimeOffset now) => new()
    {
        Name = request.Name,
        Cron = request.Cron,
        TimeZone = request.TimeZone ?? "UTC",
        Template = ScheduleRules.Write(request.Task),
        Overlap = request.Overlap ?? Overlap.Skip,
        CatchUp = request.CatchUp ?? CatchUp.Last,
        CatchUpLimit = request.CatchUpLimit ?? Schedule.DefaultCatchUpLimit,
        DueSeconds = request.DueSeconds,
        Note = request.Note,
        CreatedBy = actor,
        CreatedAt = now,
    };

    private static ProblemHttpResult Exists(string name) => Problems.Conflict("exists", $"There is a schedule '{name}' already.");
}
