using Kanban.Bus.Board.Admission;
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

    /// <summary>Profiles and the units that each run of theirs draws, see <see cref="Draws"/>.</summary>
    public string Profiles { get; set; } = "";

    /// <summary>Nothing that draws from it is offered.</summary>
    public bool Paused { get; set; }

    public string? PausedReason { get; set; }
    public string? Note { get; set; }

    /// <summary>Rises with every change; its ETag.</summary>
    public long Version { get; set; } = 1;

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>What admission calls it.</summary>
    public CapKey Key => Kind switch
    {
        PoolKind.Global => CapKey.Everything,
        PoolKind.Host => CapKey.Host(Name[HostPrefix.Length..]),
        _ => CapKey.Pool(Name),
    };

    /// <summary>The cap that holds now, and where its value comes from. Whatever else may move it has its say here.</summary>
    /// <param name="settings">The cap over everything by the service's settings; null for none.</param>
    public Cap Effective(int? settings)
    {
        var (limit, source) = Kind is PoolKind.Global && Capacity is null ? (settings, CapSource.Settings) : (Capacity, CapSource.Configured);
        return new Cap(Key, limit, source, Paused, PausedReason);
    }
}
