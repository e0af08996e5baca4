using System.Text.Json;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Alarms;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Gateways.Probes;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Gateways;

/// <summary>One probe of a gateway and what comes of it: its signals are kept, its controller steps, its cap moves.</summary>
/// <remarks>
/// One replica at a time: who takes a turn raises its number and puts the next one off by the longest time a probe takes, in one statement. If it dies, the next
/// turn is due then, and any replica takes it. A turn that was taken over, or that a person's change made void, changes nothing any more.
/// </remarks>
public sealed class GatewayTurn(BoardDbContext db, AdmissionPass pass, Prober prober, IOptions<GatewayOptions> options)
{
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    /// <param name="TakenAt">By the database's clock.</param>
    public sealed record Taken(string Pool, long Turn, DateTimeOffset TakenAt);

    /// <summary>Takes every turn that is due.</summary>
    /// <returns>Those taken, and the time until another may be due; null when there is no gateway.</returns>
    public async Task<(IReadOnlyList<Taken> Turns, TimeSpan? Next)> TakeAsync(CancellationToken ct)
    {
        var rows = await db.Gateways.AsNoTracking().Select(g => new { g.Pool, g.NextAt, g.Turn, Now = BoardDbContext.Now() }).ToListAsync(ct);
        var taken = new List<Taken>();
        TimeSpan? next = null;
        foreach (var row in rows)
        {
            var until = row.NextAt - row.Now;
            if (until <= TimeSpan.Zero)
            {
                var lease = row.Now + options.Value.ProbeTimeout + Slack;
                if (await db.Gateways.Where(g => g.Pool == row.Pool && g.Turn == row.Turn)
                        .ExecuteUpdateAsync(set => set.SetProperty(g => g.Turn, row.Turn + 1).SetProperty(g => g.NextAt, lease), ct) == 1)
                    taken.Add(new(row.Pool, row.Turn + 1, row.Now));
                until = options.Value.ProbeEvery;
            }

            next = next < until ? next : until;
        }

        return (taken, next);
    }

    public async Task RunAsync(Taken taken, CancellationToken ct)
    {
        var pool = await db.Pools.AsNoTracking().SingleOrDefaultAsync(p => p.Name == taken.Pool, ct);
        if (pool?.Gateway is not { } gateway || gateway.Turn != taken.Turn)
            return;
        var before = gateway.Signals is null ? null : JsonSerializer.Deserialize<Signals>(gateway.Signals, Json.Client);
        var signals = (await prober.ProbeAsync(gateway, ct)).Since(before?.Totals);
        signals = signals with
        {
            Used = await UsedAsync(pool.Name, ct),
            Refused = signals.Refused + gateway.ReportedRefused,
            TimedOut = signals.TimedOut + gateway.ReportedTimedOut,
            RunLatencyMs = gateway.ReportedAnswered > 0 ? gateway.ReportedMs / gateway.ReportedAnswered : null,
            Totals = signals.Totals ?? before?.Totals,
        };
        var (state, move) = gateway.Held ? (gateway.Controller, null) : Controller.Step(gateway.Controller, signals, TuningOf(pool, gateway), await db.NowAsync(ct));
        await db.InTransactionAsync(() => KeepAsync(taken, gateway, signals, state, move, ct), ct);
    }

    private async Task KeepAsync(Taken taken, Gateway seen, Signals signals, ControllerState state, CapMove? move, CancellationToken ct)
    {
        // Caps are read and spent under this lock: from the commit on, nothing is admitted by the old one (P3).
        if (move is not null)
            await db.LockAsync(BoardLock.Admission, ct);
        var gateway = await db.Gateways.SingleOrDefaultAsync(g => g.Pool == taken.Pool, ct);
        if (gateway?.Turn != taken.Turn)
            return;
        var now = await db.NowAsync(ct);
        gateway.Controller = state;
        gateway.Signals = JsonSerializer.Serialize(signals, Json.Board);
        gateway.ProbedAt = now;
        gateway.NextAt = taken.TakenAt + options.Value.ProbeEvery;
        // Reports that came meanwhile are the next look's.
        if (seen.ReportedRefused + seen.ReportedTimedOut + seen.ReportedAnswered > 0)
            await db.Gateways.Where(g => g.Pool == taken.Pool).ExecuteUpdateAsync(set => set
                .SetProperty(g => g.ReportedRefused, g => g.ReportedRefused - seen.ReportedRefused)
                .SetProperty(g => g.ReportedTimedOut, g => g.ReportedTimedOut - seen.ReportedTimedOut)
                .SetProperty(g => g.ReportedAnswered, g => g.ReportedAnswered - seen.ReportedAnswered)
                .SetProperty(g => g.ReportedMs, g => g.ReportedMs - seen.ReportedMs), ct);
        if (move is null)
            return;
        if (move.Kind is CapMoveKind.Lowered or CapMoveKind.Raised)
            gateway.Lowered = move.Kind is CapMoveKind.Lowered ? $"lowered from {move.From}: {move.Reason}" : null;
        db.Events.Add(BoardEvent.OfPool(KindOf(move), taken.Pool, Actors.Board, now, new { move.Kind, move.From, move.To, move.Reason, signals = signals.View() }));
        if (move.Kind is CapMoveKind.Frozen)
            await db.RaiseAlarmAsync(AlarmKind.ProbeDead, taken.Pool, $"the cap of pool {taken.Pool} stays at {move.To}: {move.Reason}", now, ct);
        await pass.WithdrawExcessAsync(Actors.Board, ct);
    }

    private static string KindOf(CapMove move) => move.Kind switch
    {
        CapMoveKind.Frozen => EventTypes.PoolFrozen,
        CapMoveKind.Thawed => EventTypes.PoolThawed,
        _ => EventTypes.PoolMoved,
    };

    private Tuning TuningOf(Pool pool, Gateway gateway)
    {
        var (floor, ceiling) = Gateway.Bounds(pool);
        return new(floor, ceiling, GatewayRules.OverloadAbove(gateway), GatewayRules.HealthyBelow(gateway), options.Value);
    }

    private async Task<int> UsedAsync(string pool, CancellationToken ct) =>
        (await db.Runs.Where(r => r.Live && ("," + r.Draws).Contains("," + pool + "=")).GroupBy(r => r.Draws).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(ct))
        .Sum(g => Draws.Read(g.Key).GetValueOrDefault(pool) * g.Count);
}
