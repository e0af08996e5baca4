using MassTransit;
using MassTransit.RabbitMqTransport;

namespace Kanban.Bus.Worker.Bus;

/// <summary>The channel that this delivery came by is closed: the broker has it back and delivers it again.</summary>
internal sealed class DeliveryGoneException() : Exception("The channel was closed; the broker delivers the offer again.");

/// <summary>What one receive endpoint was delivered. Every delivery passes here on its way in and out.</summary>
/// <remarks>
/// No delivery returns to the bus in order when its channel is closed. MassTransit 8.4 would ack it, see the closed channel and close it once more; RabbitMQ.Client 7.1
/// waits in there for all its deliveries, this one included, and its connection reads nothing until the heartbeats give it up: half a minute without any queue.
/// What is thrown takes a path without that close.
/// </remarks>
internal sealed class Deliveries : IFilter<ReceiveContext>, IReceiveObserver
{
    private long _count;
    private int _held;

    /// <summary>How many there were.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>How many are un-acked now.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <exception cref="DeliveryGoneException">Its channel is closed.</exception>
    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        Interlocked.Increment(ref _count);
        Interlocked.Increment(ref _held);
        try
        {
            await next.Send(context);
        }
        finally
        {
            Interlocked.Decrement(ref _held);
        }
        ThrowIfGone(context);
    }

    public Task PreReceive(ReceiveContext context)
    {
        ThrowIfGone(context);
        return Task.CompletedTask;
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("deliveries");

    public Task PostReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Task.CompletedTask;

    public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;

    private static void ThrowIfGone(ReceiveContext context)
    {
        if (context.TryGetPayload<ChannelContext>(out var channel) && channel.Channel.IsClosed)
            throw new DeliveryGoneException();
    }
}
