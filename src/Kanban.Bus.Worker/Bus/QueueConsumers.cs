using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Board;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Runs;
using Kanban.Bus.Worker.Slots;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Bus;

/// <summary>Keeps exactly the queues consumed that the board names: connects, leaves, and looks every few seconds whether each still consumes.</summary>
internal sealed partial class QueueConsumers(
    string workerId, OfferIntake intake, BoardApi board, IReadOnlyDictionary<string, LaneSlots> lanes, Action beatNow, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DownLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MismatchPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, QueueEndpoint> _connected = new();
    private readonly Dictionary<string, (long Since, string Why)> _paused = [];
    private readonly Wake _changed = new();
    private volatile IReadOnlyList<QueueOrder> _wanted = [];
    private volatile bool _closed;

    public void Want(IReadOnlyList<QueueOrder> queues)
    {
        if (_closed || queues.SequenceEqual(_wanted))
            return;
        _wanted = queues;
        _changed.Set();
    }

    /// <summary>Whether each wanted queue is consumed right now.</summary>
    internal bool Ready => _wanted.All(q => _connected.TryGetValue(q.Queue, out var endpoint) && endpoint.Watch.Down is null);

    /// <summary>Drain: no queue is consumed from here on.</summary>
    public void Close()
    {
        _closed = true;
        _wanted = [];
        _changed.Set();
    }

    /// <summary>Works on one bus until <paramref name="ct"/>; then every queue is left.</summary>
    public async Task RunAsync(IWorkerBus bus, CancellationToken ct)
    {
        try
        {
            var control = await bus.StartedAsync(ct);
            var hints = BusNames.WorkerQueue(workerId);
            while (!ct.IsCancellationRequested)
            {
                _changed.Reset();
                try
                {
                    await AdjustAsync(control, bus, hints);
                }
                catch (Exception e) when (!ct.IsCancellationRequested)
                {
                    // Whatever the bus throws, the queues are looked at again: a worker that consumes nothing would look alive.
                    log.QueuesNotAdjusted(e, bus.Address, Look.TotalSeconds);
                    await Task.Delay(Look, clock, ct);
                    continue;
                }
                await Task.WhenAny(_changed.WaitAsync(), Task.Delay(Look, clock, ct));
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The way it ends.
        }
        finally
        {
            await Task.WhenAll(_connected.Values.ToList().Select(e => LeaveAsync(e, bus)));
        }
    }

    private async Task AdjustAsync(IBusControl control, IWorkerBus bus, string hints)
    {
        var wanted = _wanted.Where(Serves).DistinctBy(q => q.Queue).ToList();
        foreach (var endpoint in _connected.Values.Where(e => e.Queue != hints && wanted.All(w => w.Queue != e.Queue)).ToList())
            await LeaveAsync(endpoint, bus);
        foreach (var endpoint in _connected.Values.ToList())
            await CheckAsync(endpoint, bus);
        foreach (var order in wanted.Where(w => !_connected.ContainsKey(w.Queue) && !IsPaused(w.Queue)))
            Connect(control, order.Queue, (endpoint, left) => Offers(endpoint, order, bus.HasBroker, left));
        if (!_connected.ContainsKey(hints) && !IsPaused(hints))
            Connect(control, hints, (endpoint, _) => Hints(endpoint));
    }

    private bool Serves(QueueOrder order) => lanes.ContainsKey(order.Lane);

    private bool IsPaused(string queue) => _paused.TryGetValue(queue, out var pause) && clock.GetElapsedTime(pause.Since) < MismatchPause;

    private void Connect(IBusControl bus, string queue, Action<IReceiveEndpointConfigurator, Task> configure)
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var watch = new EndpointWatch(clock);
        var handle = bus.ConnectReceiveEndpoint(queue, endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            endpoint.PublishFaults = false;
            endpoint.ConnectReceiveEndpointObserver(watch);
            configure(endpoint, left.Task);
        });
        _connected[queue] = new QueueEndpoint(queue, handle, watch, left);
        _paused.Remove(queue);
    }

    private void Offers(IReceiveEndpointConfigurator endpoint, QueueOrder order, bool hasBroker, Task left)
    {
        var slots = lanes[order.Lane].Count;
        endpoint.PrefetchCount = slots;
        endpoint.ConcurrentMessageLimit = slots;
        endpoint.UseRawJsonDeserializer(RawSerializerOptions.All, isDefault: true);
        // No queues of MassTransit's own: what is thrown goes back to its queue, and the guard has seen to everything else.
        endpoint.RethrowFaultedMessages();
        endpoint.DiscardSkippedMessages();
        endpoint.ConfigureReceive(receive => receive.UseFilter(new OfferGuard(order.Queue, order.Lane, board, clock, log)));
        if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
        {
            rabbit.SetQuorumQueue();
            if (order.Queue != BusNames.LaneQueue(order.Lane, ""))
                rabbit.QueueExpiration = BusNames.SetQueueExpiry;
        }
        endpoint.Consumer(() => new OfferConsumer(intake, hasBroker, left));
    }

    private void Hints(IReceiveEndpointConfigurator endpoint)
    {
        endpoint.PrefetchCount = 10;
        endpoint.UseRawJsonDeserializer(RawSerializerOptions.All, isDefault: true);
        endpoint.DiscardFaultedMessages();
        endpoint.DiscardSkippedMessages();
        if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
        {
            rabbit.Durable = true;
            rabbit.QueueExpiration = TimeSpan.FromMinutes(5);
        }
        endpoint.Consumer(() => new BeatNowConsumer(workerId, beatNow));
    }

    /// <summary>MassTransit reconnects by itself; an endpoint that does not come back, or never can, is stopped here and connected again later.</summary>
    private async Task CheckAsync(QueueEndpoint endpoint, IWorkerBus bus)
    {
        if (endpoint.Watch.Down is not { } down)
        {
            if (endpoint.Told is not null)
                log.QueueConsumedAgain(endpoint.Queue);
            endpoint.Told = null;
            return;
        }
        var fault = endpoint.Watch.Fault?.GetBaseException();
        if (fault is not null && Mismatch().Match(fault.Message) is { Success: true } mismatch)
        {
            var why = mismatch.Value;
            log.QueueMismatch(endpoint.Queue, why, MismatchPause.TotalSeconds);
            await LeaveAsync(endpoint, bus);
            _paused[endpoint.Queue] = (clock.GetTimestamp(), why);
            return;
        }
        if (down < DownLimit)
            return;
        var text = fault?.Message ?? "it does not say why";
        if (endpoint.Told != text)
            log.QueueNotConsumed(endpoint.Queue, bus.Address, down.TotalSeconds, text);
        endpoint.Told = text;
        // While the broker is away there is nothing to connect to: MassTransit goes on trying.
        if (fault is not ConnectionException and not null || fault is null)
            await LeaveAsync(endpoint, bus);
    }

    private async Task LeaveAsync(QueueEndpoint endpoint, IWorkerBus bus)
    {
        if (await endpoint.StopAsync(StopLimit) is { } fault)
            log.QueueNotLeft(fault, endpoint.Queue, bus.Address);
        else
            _connected.TryRemove(endpoint.Queue, out _);
    }

    // 406 PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'q' in vhost '/': received 'quorum' but current is 'classic'
    [GeneratedRegex(@"inequivalent arg '[^']*' for (queue|exchange) '[^']*' in vhost '[^']*':[^""]*?(?=', classId|$)")]
    private static partial Regex Mismatch();
}
