using Kanban.Bus.Board.Admission;
using Kanban.Bus.Contracts;
using MassTransit;
using MassTransit.Serialization;

namespace Kanban.Bus.Board.Hosting;

/// <summary>Carries offers within the process, to the worker that shares it.</summary>
/// <remarks>
/// MassTransit's memory transport drops what no endpoint takes. So an offer whose queue has none is kept here and goes out at the moment
/// that the worker's endpoint is ready.
/// </remarks>
public sealed class MemoryOfferBus : IOfferBus, IReceiveEndpointObserver
{
    private readonly IBus _bus;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _consumed = [];
    private readonly Dictionary<string, Dictionary<Guid, Offer>> _kept = [];

    public MemoryOfferBus(IBus bus)
    {
        _bus = bus;
        bus.ConnectReceiveEndpointObserver(this);
    }

    public async Task<IReadOnlyList<Guid>> PublishAsync(IReadOnlyList<Offer> offers, CancellationToken ct)
    {
        foreach (var offer in offers)
            if (!Keep(BusNames.LaneQueue(offer.Lane, offer.RequirementSet), offer))
                await SendAsync(offer, ct);
        return [.. offers.Select(offer => offer.RunId)];
    }

    public string? ProblemOf(string lane) => null;

    /// <remarks>A hint that nobody listens for is dropped.</remarks>
    public async Task HintAsync(string workerId, CancellationToken ct)
    {
        var exchange = await _bus.GetSendEndpoint(new Uri("exchange:" + BusNames.WorkerQueue(workerId)));
        await exchange.Send(new BeatNow(workerId), ct);
    }

    /// <remarks>A queue is there while the worker has its endpoint.</remarks>
    public async Task<bool> ResendAsync(string queue, byte[] body, string? contentType, CancellationToken ct)
    {
        lock (_gate)
        {
            if (!_consumed.Contains(queue))
                return false;
        }
        var exchange = await _bus.GetSendEndpoint(new Uri("exchange:" + queue));
        var type = new System.Net.Mime.ContentType(contentType is { Length: > 0 } ? contentType : "application/octet-stream");
        await exchange.Send(new Resent(), Pipe.Execute<SendContext<Resent>>(context => context.Serializer = new CopyBodySerializer(type, new BytesMessageBody(body))), ct);
        return true;
    }

    async Task IReceiveEndpointObserver.Ready(ReceiveEndpointReady ready)
    {
        Dictionary<Guid, Offer>? kept;
        lock (_gate)
        {
            _consumed.Add(QueueOf(ready.InputAddress));
            _kept.Remove(QueueOf(ready.InputAddress), out kept);
        }
        foreach (var offer in kept?.Values ?? Enumerable.Empty<Offer>())
            await SendAsync(offer, CancellationToken.None);
    }

    Task IReceiveEndpointObserver.Stopping(ReceiveEndpointStopping stopping)
    {
        lock (_gate)
            _consumed.Remove(QueueOf(stopping.InputAddress));
        return Task.CompletedTask;
    }

    Task IReceiveEndpointObserver.Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    Task IReceiveEndpointObserver.Faulted(ReceiveEndpointFaulted faulted) => Task.CompletedTask;

    /// <returns>Whether the offer has to wait for its queue's endpoint. Kept twice, it still goes out once.</returns>
    private bool Keep(string queue, Offer offer)
    {
        lock (_gate)
        {
            if (_consumed.Contains(queue))
                return false;
            if (!_kept.TryGetValue(queue, out var offers))
                _kept[queue] = offers = [];
            offers[offer.RunId] = offer;
            return true;
        }
    }

    private async Task SendAsync(Offer offer, CancellationToken ct)
    {
        var exchange = await _bus.GetSendEndpoint(new Uri("exchange:" + BusNames.LaneQueue(offer.Lane, offer.RequirementSet)));
        await exchange.Send(new RunOffered(offer.RunId, offer.TaskKey, offer.Lane, offer.Attempt), ct);
    }

    /// <summary>Stands in for a message whose bytes are given.</summary>
    private sealed record Resent;

    private static string QueueOf(Uri address) => Uri.UnescapeDataString(address.AbsolutePath[(address.AbsolutePath.LastIndexOf('/') + 1)..]);
}
