using System.Text.Json;
using Kanban.Bus.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Kanban.Bus.Board.Hosting;

/// <summary>Publishes what is not an offer, one message at a time and each within a deadline: events, hints, dead letters that are sent again.</summary>
/// <remarks>On a connection of its own: an alarm of the broker blocks it, and the one that declares and listens goes on.</remarks>
public sealed class BrokerPublisher(BrokerConnection broker) : IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private IConnection? _connection;
    private IChannel? _confirmed;
    private IChannel? _unconfirmed;

    /// <summary>To the worker's own queue by the default exchange, which drops it when there is no such queue.</summary>
    public Task HintAsync(string workerId, CancellationToken ct) => OnChannelAsync(confirmed: false, TimeSpan.FromSeconds(2), async (channel, deadline) =>
        await channel.BasicPublishAsync("", BusNames.WorkerQueue(workerId), mandatory: false,
            new BasicProperties { ContentType = "application/json", Expiration = "10000" },
            JsonSerializer.SerializeToUtf8Bytes(new BeatNow(workerId), Json.Client), deadline), ct);

    /// <summary>To every replica that listens; nothing is kept for one that does not.</summary>
    /// <param name="from">The replica that tells it, which does not heed its own.</param>
    public Task ReplicaHintAsync(string from, CancellationToken ct) => OnChannelAsync(confirmed: false, TimeSpan.FromSeconds(2), async (channel, deadline) =>
    {
        await channel.ExchangeDeclareAsync(BusNames.Hints, ExchangeType.Fanout, durable: true, cancellationToken: deadline);
        await channel.BasicPublishAsync(BusNames.Hints, "", mandatory: false, new BasicProperties { AppId = from }, ReadOnlyMemory<byte>.Empty, deadline);
    }, ct);

    /// <summary>To a queue by the default exchange, as it is.</summary>
    /// <returns>Whether there is such a queue.</returns>
    /// <exception cref="BrokerUnavailableException">The broker has not confirmed it in time.</exception>
    public async Task<bool> ResendAsync(string queue, byte[] body, string? contentType, CancellationToken ct)
    {
        var arrived = true;
        await OnChannelAsync(confirmed: true, BrokerConnection.Deadline, async (channel, deadline) =>
        {
            try
            {
                await channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { Persistent = true, ContentType = contentType }, body, deadline);
            }
            catch (PublishException returned) when (returned.IsReturn)
            {
                arrived = false;
            }
        }, ct);
        return arrived;
    }

    /// <summary>Publishes events in their order, one channel's order, and waits for all their confirms together. Kinds that no queue is bound to are not sent on.</summary>
    /// <remarks>The first event of each kind is mandatory: the broker says at once whether anybody listens. A queue that is bound later gets what is committed from then on.</remarks>
    /// <exception cref="BrokerUnavailableException">The broker has not confirmed them in time; some may have arrived.</exception>
    public Task EventsAsync(IReadOnlyList<EventView> events, CancellationToken ct) => OnChannelAsync(confirmed: true, BrokerConnection.Deadline, async (channel, deadline) =>
    {
        var heard = new Dictionary<string, bool>();
        var confirms = new List<Task>();
        foreach (var view in events)
        {
            var kind = EventTypes.KindOf(view.Type);
            if (!heard.TryGetValue(kind, out var listened))
                heard[kind] = await IsHeardAsync(channel, view, deadline);
            else if (listened)
                confirms.Add(SendAsync(channel, view, mandatory: false, deadline));
        }
        await Task.WhenAll(confirms);
    }, ct);

    private static async Task<bool> IsHeardAsync(IChannel channel, EventView view, CancellationToken ct)
    {
        try
        {
            await SendAsync(channel, view, mandatory: true, ct);
            return true;
        }
        catch (PublishException returned) when (returned.IsReturn)
        {
            return false;
        }
    }

    private static Task SendAsync(IChannel channel, EventView view, bool mandatory, CancellationToken ct) =>
        channel.BasicPublishAsync(BusNames.Events, EventTypes.KindOf(view.Type), mandatory, new BasicProperties
        {
            Persistent = true,
            ContentType = "application/cloudevents+json",
            MessageId = view.Id,
            Type = view.Type,
        }, JsonSerializer.SerializeToUtf8Bytes(view, Json.Client), ct).AsTask();

    private async Task OnChannelAsync(bool confirmed, TimeSpan atMost, Func<IChannel, CancellationToken, Task> work, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(atMost);
        try
        {
            await _one.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new BrokerUnavailableException("The broker has not answered what was sent before.");
        }
        try
        {
            if (broker.Problem is { } problem)
                throw new BrokerUnavailableException(problem);
            var channel = await ChannelAsync(confirmed, deadline.Token);
            try
            {
                // The wait has its own end: the client is known to hang on a confirm that never comes.
                await work(channel, deadline.Token).WaitAsync(deadline.Token);
            }
            catch
            {
                await DropAsync(confirmed);
                throw;
            }
        }
        catch (Exception error) when (error is not BrokerUnavailableException && !ct.IsCancellationRequested)
        {
            throw new BrokerUnavailableException(deadline.IsCancellationRequested ? $"The broker has not answered within {atMost.TotalSeconds:0} s." : error.Message, error);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<IChannel> ChannelAsync(bool confirmed, CancellationToken ct)
    {
        if (_connection is not { IsOpen: true })
        {
            (_confirmed, _unconfirmed) = (null, null);
            await CloseAsync();
            _connection = await broker.OpenAsync("board-events", ct);
            broker.Heed(_connection);
        }
        if ((confirmed ? _confirmed : _unconfirmed) is { IsOpen: true } open)
            return open;
        var channel = await _connection.CreateChannelAsync(new CreateChannelOptions(confirmed, confirmed), ct);
        return confirmed ? _confirmed = channel : _unconfirmed = channel;
    }

    /// <summary>After a failure nobody knows what the channel still waits for, so the next message gets a new one.</summary>
    private async Task DropAsync(bool confirmed)
    {
        var channel = confirmed ? _confirmed : _unconfirmed;
        if (confirmed)
            _confirmed = null;
        else
            _unconfirmed = null;
        if (channel is { IsOpen: true })
            await channel.AbortAsync().WaitAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task CloseAsync()
    {
        if (_connection is { } open)
            await open.AbortAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _connection = null;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _one.Dispose();
    }
}

/// <summary>The broker can't take a message now. Over HTTP: 503 with Retry-After.</summary>
public sealed class BrokerUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
