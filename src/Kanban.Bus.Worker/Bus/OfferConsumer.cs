using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Runs;
using MassTransit;

namespace Kanban.Bus.Worker.Bus;

/// <summary>Claims what is offered, and keeps the delivery un-acked while the run is live, up to the hold limit.</summary>
/// <param name="left">Completes when the worker leaves the queue: deliveries are then acked, runs go on.</param>
internal sealed class OfferConsumer(OfferIntake intake, bool hasBroker, Task left) : IConsumer<RunOffered>
{
    public Task Consume(ConsumeContext<RunOffered> context) => intake.TakeAsync(context.Message, hasBroker, left, context.CancellationToken);
}

/// <summary>Control messages of this worker's own queue.</summary>
internal sealed class BeatNowConsumer(string workerId, Action beatNow) : IConsumer<BeatNow>
{
    public Task Consume(ConsumeContext<BeatNow> context)
    {
        if (context.Message.WorkerId == workerId)
            beatNow();
        return Task.CompletedTask;
    }
}
