namespace Kanban.Bus.Board.Runs;

/// <summary>The right to work on a run until a deadline. Narrow on purpose: every heartbeat rewrites it. Gone when the run ends.</summary>
public sealed class Lease
{
    public Guid RunId { get; init; }
    public required string WorkerId { get; init; }
    public long FencingToken { get; init; }

    /// <summary>SHA-256 of the run token; dead with this row.</summary>
    public required byte[] TokenHash { get; set; }

    /// <summary>On the database's clock.</summary>
    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset RenewedAt { get; set; }
}
