using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Gateways;

/// <summary>What runs met of the gateways they draw from, added up in the gateways' rows until the next look takes it.</summary>
internal static class RunReports
{
    /// <summary>What one report counts for at most: a run that writes nonsense looks like an overload, and no more.</summary>
    private const int Most = 10_000;

    private const double MostMs = Most * 3_600_000.0;

    /// <summary>From a heartbeat: only of runs that the worker holds.</summary>
    public static async Task AddReportsAsync(this BoardDbContext db, string workerId, IReadOnlyList<RunMet> met, CancellationToken ct)
    {
        var ids = met.Select(m => m.RunId).ToList();
        var held = await db.Leases.AsNoTracking().Where(l => l.WorkerId == workerId && ids.Contains(l.RunId))
            .Join(db.Runs, l => l.RunId, r => r.CorrelationId, (l, r) => new { l.RunId, l.FencingToken, r.Draws }).ToDictionaryAsync(l => (l.RunId, l.FencingToken), l => l.Draws, ct);
        await db.AddReportsAsync([.. met.Where(m => held.ContainsKey((m.RunId, m.FencingToken))).Select(m => (held[(m.RunId, m.FencingToken)], m))], ct);
    }

    /// <summary>One statement for each pool, by name.</summary>
    public static async Task AddReportsAsync(this BoardDbContext db, IReadOnlyCollection<(string Draws, RunMet Met)> reports, CancellationToken ct)
    {
        var pools = reports.SelectMany(r => Draws.Read(r.Draws).Keys.Select(pool => (Pool: pool, r.Met))).GroupBy(r => r.Pool, r => r.Met).OrderBy(g => g.Key, StringComparer.Ordinal);
        foreach (var pool in pools)
        {
            var (refused, timedOut, answered) = (Sum(pool, m => m.Refused), Sum(pool, m => m.TimedOut), Sum(pool, m => m.Answered));
            var ms = pool.Sum(m => double.IsFinite(m.AnsweredMs) ? Math.Clamp(m.AnsweredMs, 0, MostMs) : 0);
            await db.Gateways.Where(g => g.Pool == pool.Key).ExecuteUpdateAsync(set => set
                .SetProperty(g => g.ReportedRefused, g => g.ReportedRefused + refused)
                .SetProperty(g => g.ReportedTimedOut, g => g.ReportedTimedOut + timedOut)
                .SetProperty(g => g.ReportedAnswered, g => g.ReportedAnswered + answered)
                .SetProperty(g => g.ReportedMs, g => g.ReportedMs + ms), ct);
        }
    }

    private static int Sum(IEnumerable<RunMet> met, Func<RunMet, int> count) => met.Sum(m => Math.Clamp(count(m), 0, Most));
}
