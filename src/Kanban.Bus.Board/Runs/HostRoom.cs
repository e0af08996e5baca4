using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Storage;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Runs;

/// <summary>What room the hosts of those that claim have left. Admission can't tell on which host an offer is claimed, so the claim has the last word.</summary>
internal sealed class HostRoom(Dictionary<string, int> room)
{
    /// <summary>Holds the hosts' lock where there are any; to be asked for before any row is locked.</summary>
    /// <param name="capped">Those that have a cap.</param>
    public static async Task<HostRoom> OfAsync(BoardDbContext db, IReadOnlyCollection<string> capped, CancellationToken ct)
    {
        if (capped.Count == 0)
            return new HostRoom([]);
        var names = capped.Select(h => Pool.HostPrefix + h).Distinct().ToList();
        await db.LockAsync(BoardLock.Hosts, ct);
        var pools = await db.Pools.AsNoTracking().Where(p => names.Contains(p.Name)).Select(p => new { Pool = p, Now = BoardDbContext.Now() }).ToListAsync(ct);
        var held = await db.Runs.Where(r => r.Live && r.WorkerId != null).GroupBy(r => r.Host).Select(g => new { Host = g.Key!, Count = g.Count() })
            .ToDictionaryAsync(g => g.Host, g => g.Count, ct);
        return new HostRoom(pools.Select(p => (Host: p.Pool.Key.Name, Cap: p.Pool.Effective(null, p.Now)))
            .ToDictionary(p => p.Host, p => p.Cap.Paused ? 0 : (p.Cap.Limit ?? int.MaxValue) - held.GetValueOrDefault(p.Host)));
    }

    public bool IsFull(string host) => room.TryGetValue(host, out var left) && left <= 0;

    public void Take(string host)
    {
        if (room.TryGetValue(host, out var left))
            room[host] = left - 1;
    }
}
