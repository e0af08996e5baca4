using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Pools;

/// <summary>GET /pools — 200 every pool by name, in pages; GET /pools/{pool} — 200, 404.</summary>
public static class ShowPools
{
    public static void Map(RouteGroupBuilder pools)
    {
        pools.MapGet("", List).WithName("ListPools").WithSummary("Pools by name, with what runs draw of them.").ProducesProblem(400);
        pools.MapGet("/{pool}", Show).WithName("ShowPool").WithSummary("One pool.").ProducesProblem(404);
    }

    internal static async Task<Results<Ok<Page<PoolView>>, ProblemHttpResult>> List(
        string? after, int? limit, HttpRequest request, BoardDbContext db, PoolViews views, CancellationToken ct)
    {
        if (Queries.WhyNot(request, limit, "after", "limit") is { } invalid)
            return invalid;
        string? last = null;
        if (after is not null && !Cursors.TryRead(after, out last))
            return Cursors.Refused();
        var size = limit ?? Limits.PageSize;
        var pools = await db.Pools.AsNoTracking().Where(p => last == null || p.Name.CompareTo(last) > 0).OrderBy(p => p.Name).Take(size + 1).ToListAsync(ct);
        var next = pools.Count > size ? Cursors.Write(pools[size - 1].Name) : null;
        return TypedResults.Ok(new Page<PoolView>(await views.ForAsync([.. pools.Take(size)], ct), next));
    }

    internal static async Task<Results<Ok<PoolView>, ProblemHttpResult>> Show(string pool, BoardDbContext db, PoolViews views, CancellationToken ct) =>
        await db.Pools.AsNoTracking().SingleOrDefaultAsync(p => p.Name == pool, ct) is { } found
            ? TypedResults.Ok(await views.OfAsync(found, ct))
            : await NoPoolAsync(db, pool, ct);

    internal static async Task<ProblemHttpResult> NoPoolAsync(BoardDbContext db, string name, CancellationToken ct) =>
        Problems.NotFound("pool", name, Nearest.To(name, await db.Pools.Select(p => p.Name).ToListAsync(ct)));
}
