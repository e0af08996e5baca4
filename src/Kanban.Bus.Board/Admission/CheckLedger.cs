using System.Data;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Admission;

/// <summary>GET /ledger — 200 every cap with what is drawn of it, and whatever is wrong: a unit that nothing holds, a run that nobody knows of.</summary>
internal static class CheckLedger
{
    private const int FaultsShown = 100;

    public static void Map(RouteGroupBuilder api) => api.MapGet("/ledger", Handle)
        .WithTags("Pools").WithName("CheckLedger").WithSummary("Every cap with what runs draw of it, checked against each run by itself.");

    internal static async Task<Ok<LedgerView>> Handle(BoardDbContext db, SnapshotReader snapshots, CancellationToken ct)
    {
        // Both sides of every comparison are read at one moment.
        await using var moment = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        var snapshot = await snapshots.FrameAsync(ct);
        var usage = new Usage(snapshot);
        var faults = new List<string>();
        faults.AddRange(await UnknownRunsAsync(db, ct));
        faults.AddRange(await DrawnAsync(db, snapshot, usage, ct));
        var caps = snapshot.Caps.Values.OrderBy(c => c.Key.Kind).ThenBy(c => c.Key.Name, StringComparer.Ordinal)
            .Select(c => new CapView($"{c.Key}", c.Limit, c.Source, usage.Used(c.Key), usage.Offered(c.Key), c.Paused, usage.Used(c.Key) > c.Limit));
        return TypedResults.Ok(new LedgerView([.. caps], faults));
    }

    /// <summary>Every run's draws by themselves, against the sums that admission decides on.</summary>
    private static async Task<List<string>> DrawnAsync(BoardDbContext db, Snapshot snapshot, Usage usage, CancellationToken ct)
    {
        var runs = await db.Runs.AsNoTracking().Where(r => r.Live).Select(r => new { r.TaskKey, r.Number, r.Lane, r.Board, Host = r.Host ?? r.Task.Host, r.Draws }).ToListAsync(ct);
        var faults = new List<string>();
        foreach (var key in snapshot.Caps.Keys)
        {
            var drawn = runs.Sum(r => key.Kind switch
            {
                CapKind.Global => 1,
                CapKind.Lane => r.Lane == key.Name ? 1 : 0,
                CapKind.Board => r.Board == key.Name ? 1 : 0,
                CapKind.Host => r.Host == key.Name ? 1 : 0,
                _ => Draws.Read(r.Draws).GetValueOrDefault(key.Name),
            });
            if (drawn != usage.Used(key))
                faults.Add($"{key}: live runs draw {drawn}, admission counts {usage.Used(key)}");
        }

        var pools = await db.Pools.Select(p => p.Name).ToHashSetAsync(ct);
        faults.AddRange(runs.SelectMany(r => Draws.Read(r.Draws).Keys.Where(p => !pools.Contains(p)).Select(p => $"{r.TaskKey}: run {r.Number} draws from pool {p}, which is not there")));
        return faults;
    }

    /// <summary>Runs and leases that hold something and that nothing would ever end.</summary>
    private static async Task<IEnumerable<string>> UnknownRunsAsync(BoardDbContext db, CancellationToken ct)
    {
        var offered = nameof(RunState.Offered);
        var lost = await db.Runs.Where(r => r.Live && r.Task.LiveRunId != r.CorrelationId)
            .Select(r => r.TaskKey + ": run " + r.Number + " is live, and its task does not know it").Take(FaultsShown).ToListAsync(ct);
        var named = await db.Tasks.Where(t => t.LiveRunId != null && !db.Runs.Any(r => r.CorrelationId == t.LiveRunId && r.Live))
            .Select(t => t.Board + "-" + t.Number + ": names a live run that is not live").Take(FaultsShown).ToListAsync(ct);
        var bare = await db.Runs.Where(r => r.Live && r.State != offered && !db.Leases.Any(l => l.RunId == r.CorrelationId))
            .Select(r => r.TaskKey + ": run " + r.Number + " is held without a lease").Take(FaultsShown).ToListAsync(ct);
        var leases = await db.Leases.Where(l => !db.Runs.Any(r => r.CorrelationId == l.RunId && r.Live && r.State != offered))
            .Select(l => "worker " + l.WorkerId + ": has a lease on a run that is not live").Take(FaultsShown).ToListAsync(ct);
        return lost.Concat(named).Concat(bare).Concat(leases);
    }
}
