using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Pools;

/// <summary>DELETE /pools/{pool} — 204, 400, 404, 409 something draws from it, or it is the one over everything.</summary>
public static class DeletePool
{
    /// <summary>Of each kind of what draws, so many are named.</summary>
    private const int Named = 5;

    public static void Map(RouteGroupBuilder pools) => pools.MapDelete("/{pool}", Handle)
        .WithName("DeletePool").WithSummary("Drop a pool that nothing draws from any more.").ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);

    internal static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        string pool, [FromQuery] string? reason, BoardDbContext db, ClaimsPrincipal user, CancellationToken ct)
    {
        if (Reasons.WhyNot(reason) is { } invalid)
            return invalid;
        var (found, refusal) = await db.InTransactionAsync(() => DeleteAsync(db, pool, Reasons.Of(new WithReason(reason)), user.Actor(), ct), ct);
        return refusal ?? (found ? TypedResults.NoContent() : (Results<NoContent, ProblemHttpResult>)await ShowPools.NoPoolAsync(db, pool, ct));
    }

    private static async Task<(bool Found, ProblemHttpResult? Refusal)> DeleteAsync(BoardDbContext db, string name, string? reason, string actor, CancellationToken ct)
    {
        // Runs are made under this lock, so none can draw from it between the look and the commit.
        await db.LockAsync(BoardLock.Admission, ct);
        if (await db.Pools.SingleOrDefaultAsync(p => p.Name == name, ct) is not { } pool)
            return (false, null);
        if (pool.Kind is PoolKind.Global)
            return (true, Problems.Conflict("pool-in-use", "The pool 'all' stands for everything and is always there; 'none' as its cap takes the cap away."));
        if (pool.Kind is not PoolKind.Host && await DrawersAsync(db, pool, ct) is { Count: > 0 } drawers)
            return (true, Problems.Conflict("pool-in-use", $"Pool {name} is drawn from by {string.Join("; ", drawers)}. Take it out of their draws, or let them end, first."));
        db.Pools.Remove(pool);
        db.Events.Add(BoardEvent.OfPool(EventTypes.PoolDeleted, name, actor, await db.NowAsync(ct), new { kind = Words.Of(pool.Kind), capacity = pool.Capacity, reason }));
        return (true, null);
    }

    /// <summary>Everything that draws from it now or would later, each kind with its names. Of a host's cap it is nothing: a run there needs none.</summary>
    private static async Task<List<string>> DrawersAsync(BoardDbContext db, Pool pool, CancellationToken ct)
    {
        var found = new List<string>();
        Add("lane", [.. (await db.Lanes.Where(l => l.Draws.Contains(pool.Name)).Select(l => new { l.Name, l.Draws }).ToListAsync(ct))
            .Where(l => Draws.Read(l.Draws).ContainsKey(pool.Name)).Select(l => l.Name).Order()]);
        Add("profile", [.. Draws.Read(pool.Profiles).Keys]);
        Add("task", [.. (await db.Tasks.Where(t => t.Draws.Contains(pool.Name) && !t.Archived && t.Status != Status.Done && t.Status != Status.Cancelled)
                .OrderBy(t => t.Board).ThenBy(t => t.Number).Select(t => new { t.Board, t.Number, t.Draws }).ToListAsync(ct))
            .Where(t => Draws.Read(t.Draws).ContainsKey(pool.Name)).Select(t => $"{t.Board}-{t.Number}")]);
        Add("schedule", [.. (await db.Schedules.OrderBy(s => s.Name).ToListAsync(ct)).Where(s => s.Task.Draws?.GetValueOrDefault(pool.Name) is not null).Select(s => s.Name)]);
        Add("live run", [.. (await db.Runs.Where(r => r.Live && r.Draws.Contains(pool.Name)).OrderBy(r => r.TaskKey).Select(r => new { r.TaskKey, r.Number, r.Draws }).ToListAsync(ct))
            .Where(r => Draws.Read(r.Draws).ContainsKey(pool.Name)).Select(r => $"{r.TaskKey}#{r.Number}")]);
        return found;

        void Add(string kind, List<string> names)
        {
            if (names.Count > 0)
                found.Add($"{kind}{(names.Count > 1 ? "s" : "")} {string.Join(", ", names.Take(Named))}{(names.Count > Named ? $" and {names.Count - Named} more" : "")}");
        }
    }
}
