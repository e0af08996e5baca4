using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Board;
using Kanban.Bus.Worker.Runs;
using Kanban.Bus.Worker.Slots;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Bus;

/// <summary>How this worker's queues are joined.</summary>
internal sealed class EndpointSetup(
    string workerId, OfferIntake intake, BoardApi board, IReadOnlyDictionary<string, LaneSlots> lanes, Action beatNow, TimeProvider clock, ILogger log)
{
    private const int HintPrefetch = 10;

    /// <param name="bus">Started.</param>
    public QueueEndpoint Offers(IBusControl bus, QueueOrder order, bool hasBroker)
    {
        var slots = lanes[order.Lane].Count;
        return Connect(bus, order.Queue, slots, (endpoint, left) =>
        {
            endpoint.ConcurrentMessageLimit = slots;
            // No queues of MassTransit's own: what is thrown goes back to its queue, and the guard has seen to everything else.
            endpoint.RethrowFaultedMessages();
            endpoint.ConfigureReceive(receive => receive.UseFilter(new OfferGuard(order.Queue, order.Lane, board, clock, log)));
            if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
            {
                rabbit.SetQuorumQueue();
                if (order.Queue != BusNames.LaneQueue(order.Lane, ""))
                    rabbit.QueueExpiration = BusNames.SetQueueExpiry;
            }
            endpoint.Consumer(() => new OfferConsumer(intake, hasBroker, left));
        });
    }

    public QueueEndpoint Hints(IBusControl bus) => Connect(bus, BusNames.WorkerQueue(workerId), HintPrefetch, (endpoint, _) =>
    {
        endpoint.DiscardFaultedMessages();
        if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
        {
            rabbit.Durable = true;
            rabbit.QueueExpiration = TimeSpan.FromMinutes(5);
        }
        endpoint.Consumer(() => new BeatNowConsumer(workerId, beatNow));
    });

    private QueueEndpoint Connect(IBusControl bus, string queue, int prefetch, Action<IReceiveEndpointConfigurator, Task> configure)
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var watch = new EndpointWatch(clock);
        var deliveries = new Deliveries();
        var handle = bus.ConnectReceiveEndpoint(queue, endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            endpoint.PublishFaults = false;
            endpoint.PrefetchCount = prefetch;
            endpoint.UseRawJsonDeserializer(RawSerializerOptions.All, isDefault: true);
            endpoint.DiscardSkippedMessages();
            endpoint.ConnectReceiveEndpointObserver(watch);
            endpoint.ConfigureReceive(receive => receive.UseFilter(deliveries));
            configure(endpoint, left.Task);
        });
        handle.ReceiveEndpoint.ConnectReceiveObserver(deliveries);
        return new QueueEndpoint(queue, handle, watch, deliveries, prefetch, left);
    }
}
