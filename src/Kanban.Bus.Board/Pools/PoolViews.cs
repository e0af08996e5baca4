using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Gateways;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Windows;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Pools;

/// <summary>Pools as every face shows them: with the cap that holds now, and what live runs draw.</summary>
public sealed class PoolViews(BoardDbContext db, SnapshotReader snapshots)
{
    public Task<List<PoolView>> ForAsync(IReadOnlyCollection<Pool> pools, CancellationToken ct) => ForAsync(pools, [], ct);

    /// <summary>With the last moves of its cap.</summary>
    public async Task<PoolView> OfAsync(Pool pool, CancellationToken ct) =>
        (await ForAsync([pool], pool.Gateway is null ? [] : await GatewayViews.MovesAsync(db, pool.Name, ct), ct))[0];

    private async Task<List<PoolView>> ForAsync(IReadOnlyCollection<Pool> pools, List<CapMoveView> moves, CancellationToken ct)
    {
        var usage = await snapshots.UsageAsync(ct);
        return [.. pools.Select(pool =>
        {
            var cap = usage.CapOf(pool.Key);
            var parked = pool.IsParked(usage.Now);
            return new PoolView(
                pool.Name, pool.Kind, pool.Capacity, pool.Floor, pool.Ceiling, cap.Limit, cap.Source, usage.Used(cap.Key), usage.Offered(cap.Key),
                pool.Paused, pool.PausedReason, Draws.Read(pool.Profiles), pool.Note, pool.Version, pool.CreatedAt,
                WindowRules.Split(pool.Windows), parked ? pool.ParkedUntil : null, parked ? pool.ParkedReason : null, parked ? pool.OpenAt : null,
                pool.Gateway is null ? null : GatewayViews.Of(pool.Gateway, usage.Now, moves), cap.WindowText, cap.NextChange);
        })];
    }
}
