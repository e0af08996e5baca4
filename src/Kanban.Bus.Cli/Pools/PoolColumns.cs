using System.Globalization;
using Kanban.Bus.Cli.Printing;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Pools;

/// <summary>How pools are printed.</summary>
internal static class PoolColumns
{
    public static Columns<PoolView> All { get; } = new(
        pool => pool.Name,
        new("NAME", pool => pool.Name),
        new("KIND", pool => Words.Of(pool.Kind)),
        new("STATE", pool => pool.Paused ? "paused" : pool.ParkedUntil is not null ? "parked" : pool.Limit is 0 ? "closed" : pool.Used >= pool.Limit ? "full" : "open"),
        new("USED", pool => $"{pool.Used}"),
        new("CAP", pool => Cap(pool, "-"), pool => Cap(pool, "")),
        new("FROM", pool => Words.Of(pool.Source)),
        new("OFFERED", pool => $"{pool.Offered}"),
        new("NOTE", pool => pool.PausedReason ?? Parked(pool) ?? pool.Note),
        new("NEXT", pool => Windows.Next(pool.NextChange)));

    public static string Sentence(PoolView pool) =>
        $"Pool {pool.Name} is {(pool.Paused ? "paused" : Parked(pool) ?? "open")}: {pool.Used} of {Cap(pool, "any number of")} units are drawn, {pool.Offered} of them by offers that nobody has claimed."
        + (Windows.Next(pool.NextChange) is { } next ? $" By its windows: {next}." : "");

    /// <summary>As in <c>parked until 14:32 (limit of run web-31#2)</c>, in UTC; null when it is not.</summary>
    public static string? Parked(PoolView pool) => pool.ParkedUntil is { } until && pool.OpenAt is { } openAt
        ? $"parked until {Times.Iso(until)} ({pool.ParkedReason}), all units at {Times.Iso(openAt)}"
        : null;

    private static string Cap(PoolView pool, string none) => pool.Limit?.ToString(CultureInfo.InvariantCulture) ?? none;
}
