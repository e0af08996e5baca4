using System.Text.Json;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Gateways;

/// <summary>A gateway's probe and controller as every face shows them.</summary>
public static class GatewayViews
{
    private const int MovesShown = 10;

    private static readonly string[] Moves = [EventTypes.PoolMoved, EventTypes.PoolFrozen, EventTypes.PoolThawed];

    /// <param name="now">The database's clock.</param>
    public static GatewayView Of(Gateway gateway, DateTimeOffset now, IReadOnlyList<CapMoveView> moves)
    {
        var signals = gateway.Signals is null ? null : JsonSerializer.Deserialize<Signals>(gateway.Signals, Json.Client);
        return new GatewayView(
            gateway.Probe, gateway.Address, gateway.KeyName, gateway.Query, GatewayRules.OverloadAbove(gateway), GatewayRules.HealthyBelow(gateway),
            gateway.Held, gateway.Cap, gateway.Stable, gateway.Frozen, gateway.ProbedAt,
            gateway.ProbedAt is { } at ? Math.Max(0, Math.Round((now - at).TotalSeconds, 1)) : null,
            signals?.Dead, signals is { Dead: null } ? signals.View() : null, moves);
    }

    /// <summary>A pool's last moves, newest first.</summary>
    public static async Task<List<CapMoveView>> MovesAsync(BoardDbContext db, string pool, CancellationToken ct)
    {
        var rows = await db.Events.AsNoTracking().Where(e => e.Pool == pool && Moves.Contains(e.Type)).OrderByDescending(e => e.Seq).Take(MovesShown)
            .Select(e => new { e.At, e.Data }).ToListAsync(ct);
        return rows.ConvertAll(r => JsonSerializer.Deserialize<CapMove>(r.Data, Json.Client) is { } move
            ? new CapMoveView(r.At, move.Kind, move.From, move.To, move.Reason)
            : throw new JsonException($"A move of pool {pool} reads null."));
    }
}
