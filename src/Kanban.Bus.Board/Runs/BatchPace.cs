namespace Kanban.Bus.Board.Runs;

/// <summary>Lets batches grow under load without holding up what comes alone: after a large batch the next begins no sooner than a moment later.</summary>
/// <param name="gather">From the begin of a large batch to the begin of the next.</param>
public sealed class BatchPace(TimeProvider clock, TimeSpan gather)
{
    /// <summary>More than this in one batch is load.</summary>
    private const int Large = 8;

    private long _notBefore = long.MinValue;

    /// <summary>Returns when the next batch may begin.</summary>
    public Task WaitAsync(CancellationToken ct)
    {
        var now = clock.GetTimestamp();
        return now >= _notBefore ? Task.CompletedTask : Task.Delay(clock.GetElapsedTime(now, _notBefore), clock, ct);
    }

    /// <summary>Call it as a batch begins, or as soon as its size is known.</summary>
    public void Begin(int size) =>
        _notBefore = size > Large ? clock.GetTimestamp() + (long)(gather.TotalSeconds * clock.TimestampFrequency) : long.MinValue;
}
