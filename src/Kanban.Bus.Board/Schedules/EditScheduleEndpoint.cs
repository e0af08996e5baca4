using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kanban.Bus.Board.Schedules;

/// <summary>PATCH /schedules/{name}, a JSON merge patch — 200, 400, 404, 412 If-Match names another version. Tasks that are made stay as they are.</summary>
public static class EditScheduleEndpoint
{
    public static void Map(RouteGroupBuilder schedules) => schedules.MapPatch("/{name}", Handle)
        .WithName("EditSchedule").WithSummary("Change a schedule: what is absent stays, null clears or gives the default; in its task too.")
        .ProducesProblem(400).ProducesProblem(404).ProducesProblem(412).ProducesProblem(413);

    internal static async Task<Results<Ok<ScheduleView>, ProblemHttpResult>> Handle(
        string name, MergePatch<EditSchedule> patch, [FromHeader(Name = "If-Match")] string? ifMatch,
        BoardDbContext db, ScheduleFiring firing, TaskCreation creation, ScheduleViews views, ScheduleSignal signal, ClaimsPrincipal user, CancellationToken ct)
    {
        if (Reasons.WhyNot(patch.Value.Reason) is { } unsaid)
            return unsaid;
        var (edited, refused) = await db.InTransactionAsync(() => EditAsync(name, patch, ifMatch, db, firing, creation, user.Actor(), ct), ct);
        if (refused is not null || edited is null)
            return refused ?? await ShowSchedules.NoneAsync(db, name, ct);
        signal.Changed();
        return TypedResults.Ok(await views.OfAsync(edited, ct));
    }

    private static async Task<(Schedule?, ProblemHttpResult?)> EditAsync(
        string name, MergePatch<EditSchedule> patch, string? ifMatch, BoardDbContext db, ScheduleFiring firing, TaskCreation creation, string actor, CancellationToken ct)
    {
        if (await firing.LockedAsync(name, ct) is not { } schedule)
            return (null, null);
        if (!ETags.Allows(ifMatch, schedule.Version))
            return (null, Problems.PreconditionFailed($"Schedule {name} has changed since: its version is {schedule.Version}, If-Match names {ifMatch}."));
        var changes = Apply(schedule, patch, out var unreadable);
        if ((unreadable ?? ScheduleRules.WhyNot(schedule) ?? await creation.UnknownNameAsync(schedule.Task, "/task", ct)) is { } invalid)
        {
            db.ChangeTracker.Clear();
            return (null, invalid);
        }

        if (changes.Any)
        {
            var now = await db.NowAsync(ct);
            if (changes.Made.ContainsKey("cron") || changes.Made.ContainsKey("timeZone"))
                schedule.GoOnFrom(now);
            schedule.Version++;
            db.Events.Add(BoardEvent.OfSchedule(EventTypes.ScheduleEdited, name, actor, now, changes.Because(patch.Value.Reason)));
        }

        return (schedule, null);
    }

    private static Changes Apply(Schedule schedule, MergePatch<EditSchedule> patch, out ProblemHttpResult? unreadable)
    {
        var (edit, changes) = (patch.Value, new Changes());
        unreadable = null;
        if (patch.Has(nameof(edit.Cron)))
            changes.Set("cron", schedule.Cron, edit.Cron ?? "", value => schedule.Cron = value);
        if (patch.Has(nameof(edit.TimeZone)))
            changes.Set("timeZone", schedule.TimeZone, edit.TimeZone ?? "UTC", value => schedule.TimeZone = value);
        if (patch.Has(nameof(edit.Overlap)))
            changes.Set("overlap", schedule.Overlap, edit.Overlap ?? Overlap.Skip, value => schedule.Overlap = value);
        if (patch.Has(nameof(edit.CatchUp)))
            changes.Set("catchUp", schedule.CatchUp, edit.CatchUp ?? CatchUp.Last, value => schedule.CatchUp = value);
        if (patch.Has(nameof(edit.CatchUpLimit)))
            changes.Set("catchUpLimit", schedule.CatchUpLimit, edit.CatchUpLimit ?? Schedule.DefaultCatchUpLimit, value => schedule.CatchUpLimit = value);
        if (patch.Has(nameof(edit.DueSeconds)))
            changes.Set("dueSeconds", schedule.DueSeconds, edit.DueSeconds, value => schedule.DueSeconds = value);
        if (patch.Has(nameof(edit.Note)))
            changes.Set("note", schedule.Note, edit.Note, value => schedule.Note = value);
        if (edit.Task is { ValueKind: JsonValueKind.Object } task)
            try
            {
                var (was, merged) = (schedule.Task, Merge(JsonNode.Parse(schedule.Template)!.AsObject(), JsonObject.Create(task)!));
                var template = ScheduleRules.Write(merged.Deserialize<CreateTask>(Json.Board)!);
                if (template != schedule.Template)
                    changes.Made["task"] = new { from = ScheduleRules.Brief(was), to = ScheduleRules.Brief(merged.Deserialize<CreateTask>(Json.Board)!) };
                schedule.Template = template;
            }
            catch (JsonException error)
            {
                unreadable = Problems.Invalid("/task", $"'task' can't be read: {error.Message}");
            }
        else if (patch.Has(nameof(edit.Task)))
            unreadable = Problems.Invalid("/task", "'task' is an object with the fields to change.");
        return changes;
    }

    /// <summary>RFC 7396.</summary>
    private static JsonObject Merge(JsonObject onto, JsonObject patch)
    {
        foreach (var (field, value) in patch)
            if (value is null)
                onto.Remove(field);
            else
                onto[field] = value is JsonObject inner && onto[field] is JsonObject old ? Merge(old.DeepClone().AsObject(), inner) : value.DeepClone();
        return onto;
    }
}
