using Kanban.Bus.Board.Admission;
using Kanban.Bus.Contracts;
using MassTransit;

namespace Kanban.Bus.Board.Hosting;

/// <summary>Carries offers within the process, to the worker that shares it.</summary>
public sealed class MemoryOfferBus(IBus bus) : IOfferBus
{
    /// <remarks><c>queue:</c> makes the queue when it is missing, so an offer waits for a worker whose endpoint comes a moment later.</remarks>
    public async Task<IReadOnlyList<Guid>> PublishAsync(IReadOnlyList<Offer> offers, CancellationToken ct)
    {
        foreach (var offer in offers)
        {
            var queue = await bus.GetSendEndpoint(new Uri("queue:" + BusNames.LaneQueue(offer.Lane, offer.RequirementSet)));
            await queue.Send(new RunOffered(offer.RunId, offer.TaskKey, offer.Lane, offer.Attempt), ct);
        }
        return [.. offers.Select(offer => offer.RunId)];
    }

    public string? ProblemOf(string lane) => null;

    /// <remarks><c>exchange:</c> drops what nobody listens for.</remarks>
    public async Task HintAsync(string workerId, CancellationToken ct)
    {
        var exchange = await bus.GetSendEndpoint(new Uri("exchange:" + BusNames.WorkerQueue(workerId)));
        await exchange.Send(new BeatNow(workerId), ct);
    }

    /// <summary>Nothing to do: in one process there is no queue for people to look into, so the event of the dead letter is the record.</summary>
    public Task DeadLetterAsync(DeadLetter letter, string from, CancellationToken ct) => Task.CompletedTask;
}
