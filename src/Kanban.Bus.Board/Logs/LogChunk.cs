namespace Kanban.Bus.Board.Logs;

/// <summary>Stored piece of a run's output, byte-exact. A stream's chunks join without gap or overlap.</summary>
public sealed class LogChunk
{
    public long Id { get; init; }
    public Guid RunId { get; init; }

    /// <summary>One of <see cref="Contracts.LogStreams"/>.</summary>
    public required string Stream { get; init; }

    /// <summary>Place of the first byte in its stream.</summary>
    public long Offset { get; init; }

    public int Length { get; init; }
    public required byte[] Data { get; init; }
    public DateTimeOffset At { get; init; }
}
