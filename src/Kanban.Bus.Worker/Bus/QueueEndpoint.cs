namespace Kanban.Bus.Worker.Bus;

/// <summary>One queue this worker consumes from.</summary>
internal sealed class QueueEndpoint(QueueShape queue, IQueueConsumer consumer, Deliveries deliveries, TaskCompletionSource left)
{
    private readonly ConsumeDoubt _doubt = new(queue.Prefetch);

    public string Queue => queue.Name;

    /// <inheritdoc cref="IQueueConsumer.Down"/>
    public TimeSpan? Down => consumer.Down;

    /// <inheritdoc cref="IQueueConsumer.Fault"/>
    public Exception? Fault => consumer.Fault?.GetBaseException();

    /// <summary>Whether the same fault was logged already.</summary>
    public string? Told { get; set; }

    /// <inheritdoc cref="ConsumeDoubt.After"/>
    public string? Doubt(QueueSeen? seen) => _doubt.After(seen, deliveries.Count, deliveries.Held);

    /// <summary>No more deliveries; those that are held are acked, their runs go on.</summary>
    /// <returns>Why it could not be stopped, in time or at all; null when it was.</returns>
    public async Task<Exception?> StopAsync(TimeSpan limit)
    {
        Abandon();
        try
        {
            await consumer.Left.WaitAsync(limit);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    /// <summary>Its bus is given up: what is held is held no longer, its runs go on.</summary>
    public void Abandon()
    {
        left.TrySetResult();
        consumer.Leave();
    }
}
