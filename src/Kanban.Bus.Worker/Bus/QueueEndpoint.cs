using MassTransit;

namespace Kanban.Bus.Worker.Bus;

/// <summary>One queue this worker consumes from.</summary>
internal sealed class QueueEndpoint(string queue, HostReceiveEndpointHandle handle, EndpointWatch watch, TaskCompletionSource left)
{
    public string Queue => queue;
    public EndpointWatch Watch => watch;

    /// <summary>Whether the same fault was logged already.</summary>
    public string? Told { get; set; }

    /// <summary>No more deliveries; those that are held are acked, their runs go on.</summary>
    /// <returns>Why it could not be stopped, in time or at all; null when it was.</returns>
    public async Task<Exception?> StopAsync(TimeSpan limit)
    {
        left.TrySetResult();
        using var late = new CancellationTokenSource(limit);
        try
        {
            await handle.StopAsync(late.Token).WaitAsync(limit);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}
