using System.Text.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Board;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Runs;
using Kanban.Bus.Worker.Slots;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Bus;

/// <summary>How this worker's queues are joined.</summary>
internal sealed class EndpointSetup(
    string workerId, OfferIntake intake, BoardApi board, IReadOnlyDictionary<string, LaneSlots> lanes, Action beatNow, TimeProvider clock, ILogger log)
{
    private const ushort HintPrefetch = 10;
    private static readonly TimeSpan HintExpiry = TimeSpan.FromMinutes(5);

    /// <summary>Claims what is offered, and keeps the delivery un-acked while the run is live, up to the hold limit.</summary>
    public QueueEndpoint Offers(IWorkerBus bus, QueueOrder order)
    {
        var arguments = new Dictionary<string, object?> { ["x-queue-type"] = "quorum" };
        if (order.Queue != BusNames.LaneQueue(order.Lane, ""))
            arguments["x-expires"] = (long)BusNames.SetQueueExpiry.TotalMilliseconds;
        var guard = new OfferGuard(order.Queue, order.Lane, board, clock, log);
        return Join(bus, new QueueShape(order.Queue, arguments, HasExchange: true, (ushort)lanes[order.Lane].Count), (delivery, left) =>
            guard.PassAsync(delivery, offer => intake.TakeAsync(offer, bus.HasBroker, left, delivery.Gone)));
    }

    /// <summary>Control messages to this worker alone. What is none is dropped: the next heartbeat comes anyway.</summary>
    public QueueEndpoint Hints(IWorkerBus bus)
    {
        var arguments = new Dictionary<string, object?> { ["x-expires"] = (long)HintExpiry.TotalMilliseconds };
        return Join(bus, new QueueShape(BusNames.WorkerQueue(workerId), arguments, HasExchange: false, HintPrefetch), (delivery, _) =>
        {
            if (IsBeatNow(delivery))
                beatNow();
            return Task.CompletedTask;
        });
    }

    private bool IsBeatNow(Delivery delivery)
    {
        try
        {
            return JsonSerializer.Deserialize(delivery.Body.Span, WorkerJson.Client.BeatNow)?.WorkerId == workerId;
        }
        catch (JsonException e)
        {
            log.HintUnreadable(BusNames.WorkerQueue(workerId), e.Message);
            return false;
        }
    }

    /// <param name="take">With what completes when the worker leaves the queue: deliveries are then acked, runs go on.</param>
    private QueueEndpoint Join(IWorkerBus bus, QueueShape queue, Func<Delivery, Task, Task> take)
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var deliveries = new Deliveries(queue.Name, delivery => take(delivery, left.Task), clock, log);
        return new QueueEndpoint(queue, bus.Join(queue, deliveries), deliveries, left);
    }
}
