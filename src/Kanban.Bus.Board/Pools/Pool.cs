using System.Globalization;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Gateways;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Pools;

/// <summary>A named capacity that runs draw units of, whatever their lane. What is drawn is never stored here: it is what live runs draw.</summary>
public sealed class Pool
{
    /// <summary>Every run draws one unit of it; its row is always there.</summary>
    public const string Everything = "all";

    /// <summary>Before a host's name. No name that a person may draw from begins so.</summary>
    public const string HostPrefix = "host:";

    public const int DefaultGatewayCapacity = 2;

    public required string Name { get; init; }
    public PoolKind Kind { get; init; }

    /// <summary>Units as configured; null for no cap, which only <see cref="Everything"/> may have.</summary>
    public int? Capacity { get; set; }

    /// <summary>Where a gateway's controller stops.</summary>
    public int? Floor { get; set; }

    public int? Ceiling { get; set; }

    /// <summary>When it has another capacity, see <see cref="Windows.WindowRules"/>.</summary>
    public string Windows { get; set; } = "";

    /// <summary>Profiles and the units that each run of theirs draws, see <see cref="Draws"/>.</summary>
    public string Profiles { get; set; } = "";

    /// <summary>Nothing that draws from it is offered.</summary>
    public bool Paused { get; set; }

    public string? PausedReason { get; set; }
    public string? Note { get; set; }

    /// <summary>An account: when its limit resets. Nothing draws from it before; null when it met none.</summary>
    public DateTimeOffset? ParkedUntil { get; set; }

    public string? ParkedReason { get; set; }

    /// <summary>An account: when it has all its units again, see <see cref="Parking"/>.</summary>
    public DateTimeOffset? OpenAt { get; set; }

    /// <summary>Rises with every change; its ETag.</summary>
    public long Version { get; set; } = 1;

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>What moves its cap; null when nothing does.</summary>
    public Gateway? Gateway { get; set; }

    /// <summary>What admission calls it.</summary>
    public CapKey Key => Kind switch
    {
        PoolKind.Global => CapKey.Everything,
        PoolKind.Host => CapKey.Host(Name[HostPrefix.Length..]),
        _ => CapKey.Pool(Name),
    };

    /// <summary>The cap that holds now, and where its value comes from. Whatever else may move it has its say here.</summary>
    /// <param name="settings">The cap over everything by the service's settings; null for none.</param>
    /// <param name="now">The database's clock.</param>
    public Cap Effective(int? settings, DateTimeOffset now)
    {
        if (Gateway is not null)
            return Gateway.Effective(this).Through(Windows, now);
        var (limit, source) = Kind is PoolKind.Global && Capacity is null ? (settings, CapSource.Settings) : (Capacity, CapSource.Configured);
        return WhileParked(new Cap(Key, limit, source, Paused, PausedReason).Through(Windows, now), now);
    }

    /// <summary>Whatever the cap would be, an account gives no more than it has opened to after a limit.</summary>
    private Cap WhileParked(Cap cap, DateTimeOffset now)
    {
        if (!IsParked(now) || Parking.Limit(Capacity!.Value, ParkedUntil!.Value, OpenAt!.Value, now) is var open && open >= cap.Limit)
            return cap;
        return cap with
        {
            Limit = open,
            Source = CapSource.Parked,
            Note = now < ParkedUntil
                ? $"account {Name} is parked until {Clock(ParkedUntil.Value, now)} ({ParkedReason})"
                : $"account {Name} opens step by step until {Clock(OpenAt.Value, now)} after the {ParkedReason}",
        };
    }

    /// <summary>Whether it is closed, or not wholly open yet, after a limit.</summary>
    public bool IsParked(DateTimeOffset now) => now < OpenAt;

    public void Park(DateTimeOffset until, string reason)
    {
        (ParkedUntil, ParkedReason, OpenAt) = (until, reason, Parking.OpenAt(until, Capacity!.Value));
        Version++;
    }

    public void Unpark()
    {
        (ParkedUntil, ParkedReason, OpenAt) = (null, null, null);
        Version++;
    }

    /// <summary>The time alone where it is near.</summary>
    private static string Clock(DateTimeOffset at, DateTimeOffset now) => at.ToUniversalTime().ToString(
        at - now < TimeSpan.FromHours(12) ? "HH:mm 'UTC'" : "yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
