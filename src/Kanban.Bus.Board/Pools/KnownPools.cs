using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Pools;

/// <summary>Refuses draws from a pool that isn't there.</summary>
public static class KnownPools
{
    /// <returns>400 for the first unknown pool, with the nearest one; null when all are known.</returns>
    public static async Task<ProblemHttpResult?> WhyNotAsync(
        BoardDbContext db, IEnumerable<(string At, IReadOnlyDictionary<string, int?>? Draws)> drawers, CancellationToken ct)
    {
        var named = drawers.SelectMany(d => (d.Draws ?? new Dictionary<string, int?>()).Where(u => u.Value is not null).Select(u => (d.At, Pool: u.Key))).ToList();
        if (named.Count == 0)
            return null;
        var known = await db.Pools.Where(p => p.Kind != PoolKind.Host && p.Kind != PoolKind.Global).Select(p => p.Name).ToListAsync(ct);
        foreach (var (at, pool) in named)
            if (!known.Contains(pool))
                return pool == Pool.Everything
                    ? Problems.Invalid(at, "Every run draws one unit of 'all' anyway.")
                    : Problems.Unknown(at, "pool", pool, Nearest.To(pool, known));
        return null;
    }

    public static Task<ProblemHttpResult?> WhyNotAsync(BoardDbContext db, IReadOnlyDictionary<string, int?>? draws, CancellationToken ct) =>
        WhyNotAsync(db, [("/draws", draws)], ct);
}
