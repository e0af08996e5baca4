using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Lanes;

/// <summary>GET /lanes — 200 every lane by name, in pages; GET /lanes/{name} — 200, 404.</summary>
public static class ShowLanes
{
    public static void Map(RouteGroupBuilder lanes)
    {
        lanes.MapGet("", List).WithName("ListLanes").WithSummary("Lanes by name, with what waits and runs in them.").ProducesProblem(400);
        lanes.MapGet("/{name}", Show).WithName("ShowLane").WithSummary("One lane.").ProducesProblem(404);
    }

    internal static async Task<Results<Ok<Page<LaneView>>, ProblemHttpResult>> List(
        string? after, int? limit, HttpRequest request, BoardDbContext db, LaneViews views, CancellationToken ct)
    {
        if (Queries.WhyNot(request, limit, "after", "limit") is { } invalid)
            return invalid;
        string? last = null;
        if (after is not null && !Cursors.TryRead(after, out last))
            return Cursors.Refused();
        var size = limit ?? Limits.PageSize;
        var lanes = await db.Lanes.AsNoTracking().Where(l => last == null || l.Name.CompareTo(last) > 0).OrderBy(l => l.Name).Take(size + 1).ToListAsync(ct);
        var next = lanes.Count > size ? Cursors.Write(lanes[size - 1].Name) : null;
        return TypedResults.Ok(new Page<LaneView>(await views.ForAsync([.. lanes.Take(size)], ct), next));
    }

    internal static async Task<Results<Ok<LaneView>, ProblemHttpResult>> Show(
        string name, BoardDbContext db, LaneViews views, CancellationToken ct) =>
        await db.Lanes.AsNoTracking().SingleOrDefaultAsync(l => l.Name == name, ct) is { } lane
            ? TypedResults.Ok(await views.OfAsync(lane, ct))
            : await NoLaneAsync(db, name, ct);

    internal static async Task<ProblemHttpResult> NoLaneAsync(BoardDbContext db, string name, CancellationToken ct) =>
        Problems.NotFound("lane", name, Nearest.To(name, await db.Lanes.Select(l => l.Name).ToListAsync(ct)));
}
