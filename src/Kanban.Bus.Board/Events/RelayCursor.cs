namespace Kanban.Bus.Board.Events;

/// <summary>How far the events have been relayed to the broker, and which replica relays them now. One row.</summary>
public sealed class RelayCursor
{
    public const string OfEvents = "events";

    public required string Name { get; init; }

    /// <summary>The last event that the broker has for sure.</summary>
    public long Tx { get; init; }

    public long Seq { get; init; }

    /// <summary>The replica's own id, made at its start.</summary>
    public Guid? Holder { get; init; }

    /// <summary>On the database's clock; past it another replica may take over.</summary>
    public DateTimeOffset? HeldUntil { get; init; }
}
