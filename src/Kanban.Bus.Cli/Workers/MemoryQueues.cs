using Kanban.Bus.Worker.Bus;
using MassTransit;

namespace Kanban.Bus.Cli.Workers;

/// <summary>The queues of the process's own bus, for the worker that shares it.</summary>
internal sealed class MemoryQueues(IReceiveConnector bus) : ISharedQueues
{
    public ISharedQueue Join(string queue, int atOnce, Func<Delivery, Task> take)
    {
        var joined = new Joined(take);
        joined.Handle = bus.ConnectReceiveEndpoint(queue, endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            endpoint.PublishFaults = false;
            endpoint.PrefetchCount = atOnce;
            endpoint.ConcurrentMessageLimit = atOnce;
            // The worker looks at the bytes itself, so MassTransit finds no consumer for any message.
            endpoint.DiscardSkippedMessages();
            endpoint.ConnectReceiveEndpointObserver(joined);
            endpoint.ConfigureReceive(receive => receive.UseFilter(joined));
        });
        return joined;
    }

    private sealed class Joined(Func<Delivery, Task> take) : ISharedQueue, IFilter<ReceiveContext>, IReceiveEndpointObserver
    {
        private volatile bool _ready;

        public HostReceiveEndpointHandle? Handle { get; set; }

        public bool IsConsumed => _ready;

        public Task LeaveAsync() => Handle!.StopAsync();

        public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) =>
            take(Delivery.Of(context.Body.GetBytes(), context.ContentType?.MediaType, context.CancellationToken));

        public void Probe(ProbeContext context) => context.CreateFilterScope("worker");

        public Task Ready(ReceiveEndpointReady ready) => Set(true);

        public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

        public Task Completed(ReceiveEndpointCompleted completed) => Set(false);

        public Task Faulted(ReceiveEndpointFaulted faulted) => Set(false);

        private Task Set(bool ready)
        {
            _ready = ready;
            return Task.CompletedTask;
        }
    }
}
