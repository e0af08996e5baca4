using Kanban.Bus.Board.Admission;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Pools;

/// <summary>Pools as every face shows them: with the cap that holds now, and what live runs draw.</summary>
public sealed class PoolViews(SnapshotReader snapshots)
{
    public async Task<List<PoolView>> ForAsync(IReadOnlyCollection<Pool> pools, CancellationToken ct)
    {
        var usage = await snapshots.UsageAsync(ct);
        return [.. pools.Select(pool =>
        {
            var cap = usage.CapOf(pool.Key);
            var parked = pool.IsParked(usage.Now);
            return new PoolView(
                pool.Name, pool.Kind, pool.Capacity, pool.Floor, pool.Ceiling, cap.Limit, cap.Source, usage.Used(cap.Key), usage.Offered(cap.Key),
                pool.Paused, pool.PausedReason, Draws.Read(pool.Profiles), pool.Note, pool.Version, pool.CreatedAt,
                parked ? pool.ParkedUntil : null, parked ? pool.ParkedReason : null, parked ? pool.OpenAt : null);
        })];
    }

    public async Task<PoolView> OfAsync(Pool pool, CancellationToken ct) => (await ForAsync([pool], ct))[0];
}
