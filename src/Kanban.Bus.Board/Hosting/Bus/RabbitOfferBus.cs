using System.Collections.Concurrent;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Contracts;
using MassTransit;

namespace Kanban.Bus.Board.Hosting;

/// <summary>Carries offers by RabbitMQ. Each is mandatory (a broker confirms what it drops otherwise), confirmed, and given up after a deadline.</summary>
public sealed class RabbitOfferBus(IBus bus, BrokerConnection broker, LaneTopology topology, BrokerPublisher publisher, ILogger<RabbitOfferBus> log) : IOfferBus
{
    public async Task<IReadOnlyList<Guid>> PublishAsync(IReadOnlyList<Offer> offers, CancellationToken ct)
    {
        if (broker.Current is null || broker.Problem is not null)
            return [];
        var failures = new ConcurrentQueue<string>();
        var published = await Task.WhenAll(offers.Select(offer => PublishAsync(offer, failures, ct)));
        if (failures.TryPeek(out var first))
            log.NotConfirmed(failures.Count, offers.Count, first);
        return [.. offers.Where((_, i) => published[i]).Select(offer => offer.RunId)];
    }

    public string? ProblemOf(string lane) => broker.Problem ?? topology.ProblemOf(lane);

    public Task<bool> HoldsAsync(string lane, string requirementSet, int offers, CancellationToken ct) =>
        topology.HoldsAsync(BusNames.LaneQueue(lane, requirementSet), lane, offers, ct);

    public bool IsRefused(string lane) => topology.IsRefused(lane);

    /// <remarks>What the hint tells of is committed: a broker that is away must not fail the call that did it.</remarks>
    public async Task HintAsync(string workerId, CancellationToken ct)
    {
        try
        {
            await publisher.HintAsync(workerId, ct);
        }
        catch (BrokerUnavailableException error)
        {
            log.HintNotSent(workerId, error.Message);
        }
    }

    public Task<bool> ResendAsync(string queue, byte[] body, string? contentType, CancellationToken ct) => publisher.ResendAsync(queue, body, contentType, ct);

    /// <summary>Once more, at once, when the queue proved missing.</summary>
    private async Task<bool> PublishAsync(Offer offer, ConcurrentQueue<string> failures, CancellationToken ct)
    {
        var queue = BusNames.LaneQueue(offer.Lane, offer.RequirementSet);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(BrokerConnection.Deadline);
        object? declared = null;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                declared = await topology.EnsureAsync(queue, offer.Lane, missing: declared, deadline.Token);
                if (declared is null)
                    return false;
                await SendAsync(offer, queue, deadline.Token);
                return true;
            }
            catch (Exception error) when (!ct.IsCancellationRequested)
            {
                if (attempt == 1 && !deadline.IsCancellationRequested)
                    continue;
                if (deadline.IsCancellationRequested)
                    topology.Doubt(queue);
                failures.Enqueue(deadline.IsCancellationRequested ? $"no answer about '{queue}' within {BrokerConnection.Deadline.TotalSeconds:0} s" : $"'{queue}': {error.Message}");
                return false;
            }
        }
    }

    /// <remarks>The wait has its own end: the client is known to hang on a confirm that never comes.</remarks>
    private async Task SendAsync(Offer offer, string queue, CancellationToken ct)
    {
        var exchange = await bus.GetSendEndpoint(new Uri("exchange:" + queue)).WaitAsync(ct);
        await exchange.Send(new RunOffered(offer.RunId, offer.TaskKey, offer.Lane, offer.Attempt),
            Pipe.Execute<SendContext<RunOffered>>(context => context.GetPayload<RabbitMqSendContext>().Mandatory = true), ct).WaitAsync(ct);
    }
}

internal static partial class RabbitOfferBusLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Worker {WorkerId} was not told to beat now; its next heartbeat comes anyway: {Error}")]
    public static partial void HintNotSent(this ILogger log, string workerId, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Failed} of {Count} offers were not confirmed; they are published again. The first: {Reason}")]
    public static partial void NotConfirmed(this ILogger log, int failed, int count, string reason);
}
