using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Schedules;

/// <summary>GET /schedules — 200 every schedule by name, in pages; GET /schedules/{name} — 200, 404.</summary>
public static class ShowSchedules
{
    public static void Map(RouteGroupBuilder schedules)
    {
        schedules.MapGet("", List).WithName("ListSchedules").WithSummary("Schedules by name, with the times to come.").ProducesProblem(400);
        schedules.MapGet("/{name}", Show).WithName("ShowSchedule").WithSummary("One schedule.").ProducesProblem(404);
    }

    internal static async Task<Results<Ok<Page<ScheduleView>>, ProblemHttpResult>> List(
        string? after, int? limit, HttpRequest request, BoardDbContext db, ScheduleViews views, CancellationToken ct)
    {
        if (Queries.WhyNot(request, limit, "after", "limit") is { } invalid)
            return invalid;
        string? last = null;
        if (after is not null && !Cursors.TryRead(after, out last))
            return Cursors.Refused();
        var size = limit ?? Limits.PageSize;
        var found = await db.Schedules.AsNoTracking().Where(s => last == null || s.Name.CompareTo(last) > 0).OrderBy(s => s.Name).Take(size + 1).ToListAsync(ct);
        var next = found.Count > size ? Cursors.Write(found[size - 1].Name) : null;
        return TypedResults.Ok(new Page<ScheduleView>(await views.ForAsync([.. found.Take(size)], ct), next));
    }

    internal static async Task<Results<Ok<ScheduleView>, ProblemHttpResult>> Show(string name, BoardDbContext db, ScheduleViews views, CancellationToken ct) =>
        await db.Schedules.AsNoTracking().SingleOrDefaultAsync(s => s.Name == name, ct) is { } found
            ? TypedResults.Ok(await views.OfAsync(found, ct))
            : await NoneAsync(db, name, ct);

    internal static async Task<ProblemHttpResult> NoneAsync(BoardDbContext db, string name, CancellationToken ct) =>
        Problems.NotFound("schedule", name, Nearest.To(name, await db.Schedules.Select(s => s.Name).ToListAsync(ct)));
}
