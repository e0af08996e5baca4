namespace Kanban.Bus.Worker.Bus;

/// <summary>A message of a queue. Who takes it returns when it is to be acked, and throws where it is to go back.</summary>
/// <param name="Body">Its first 64 KiB.</param>
/// <param name="SizeBytes">Of all of it.</param>
/// <param name="ContentType">As its sender says.</param>
/// <param name="Gone">The queue has it back, and will deliver it again: it can't be acked any more.</param>
public sealed record Delivery(ReadOnlyMemory<byte> Body, int SizeBytes, string? ContentType, CancellationToken Gone)
{
    /// <summary>A queue takes more than any offer has; no worker holds that.</summary>
    public const int MostBytes = 64 * 1024;

    /// <summary>A copy: a bus uses its buffers again.</summary>
    public static Delivery Of(ReadOnlyMemory<byte> body, string? contentType, CancellationToken gone) =>
        new(body[..Math.Min(body.Length, MostBytes)].ToArray(), body.Length, contentType, gone);
}
