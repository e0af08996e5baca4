using Kanban.Bus.Board.Boards;
using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Admission;

/// <summary>What admission decides on and people and workers seldom change. Shared by all who read it, so nobody writes to it.</summary>
/// <param name="Version">Drawn anew by triggers with each change of these rows, see <see cref="LayoutRow"/>.</param>
/// <param name="Boards">Those that have a cap.</param>
/// <param name="Pools">With their gateways.</param>
/// <param name="Workers">Those that are live.</param>
/// <param name="Weights">By fair key.</param>
/// <param name="Draws">What a lane's runs draw by their profile and by the lane itself, by lane.</param>
public sealed record Layout(
    string Version,
    IReadOnlyList<Lane> Lanes,
    IReadOnlyList<TaskBoard> Boards,
    IReadOnlyList<Pool> Pools,
    IReadOnlyList<FleetMember> Workers,
    IReadOnlyDictionary<string, int> Weights,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Draws);

/// <summary>The one row that names the state of the rows a <see cref="Layout"/> is made of.</summary>
internal sealed class LayoutRow
{
    public int Id { get; init; }

    /// <summary>Random, so that a state that was rolled back is never mistaken for one that came after it.</summary>
    public required string Version { get; init; }

    internal static void Configure(ModelBuilder model) => model.Entity<LayoutRow>().ToTable("layout").Property(r => r.Id).ValueGeneratedNever();
}

/// <summary>The last layout read, which mostly still holds.</summary>
public sealed class LayoutCache
{
    internal sealed record Look(string Version, DateTimeOffset Now, bool Reserved);

    private Layout? _last;

    /// <returns>As the caller's transaction sees it; the database's clock; and whether anything is reserved.</returns>
    public async Task<(Layout Layout, DateTimeOffset Now, bool Reserved)> ReadAsync(BoardDbContext db, CancellationToken ct)
    {
        var seen = await db.Set<Look>().FromSql(
            $"SELECT version, kanban_now() AS now, EXISTS (SELECT 1 FROM reservations) AS reserved FROM layout WHERE id = 1").SingleAsync(ct);
        if (_last is not { } layout || layout.Version != seen.Version)
            // What is committed meanwhile is in it under the older version, which nobody sees again.
            _last = layout = await LoadAsync(db, seen.Version, ct);
        return (layout, seen.Now, seen.Reserved);
    }

    private static async Task<Layout> LoadAsync(BoardDbContext db, string version, CancellationToken ct)
    {
        var lanes = await db.Lanes.AsNoTracking().ToListAsync(ct);
        var boards = await db.Boards.AsNoTracking().Where(b => b.MaxActive != null || b.Windows != "").ToListAsync(ct);
        var pools = await db.Pools.AsNoTracking().ToListAsync(ct);
        var workers = await db.Workers.AsNoTracking().Include(w => w.Lanes).Where(w => w.State == WorkerState.Live).ToListAsync(ct);
        var weights = await db.FairWeights.AsNoTracking().ToDictionaryAsync(w => w.Key, w => w.Weight, ct);
        return new(version, lanes, boards, pools, workers.ConvertAll(FleetMember.Of), weights, lanes.ToDictionary(l => l.Name, l => DrawsOf(l, pools)));
    }

    /// <summary>A profile's draws, and the lane's own, which have the last word.</summary>
    private static IReadOnlyDictionary<string, int> DrawsOf(Lane lane, List<Pool> pools) => Pools.Draws.Join(
        pools.Where(p => p.Profiles.Length > 0).Select(p => (p.Name, Units: Pools.Draws.Read(p.Profiles).GetValueOrDefault(lane.Profile)))
            .Where(p => p.Units > 0).ToDictionary(p => p.Name, p => p.Units),
        Pools.Draws.Read(lane.Draws));
}
