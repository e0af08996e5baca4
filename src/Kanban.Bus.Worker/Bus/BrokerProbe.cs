using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Kanban.Bus.Worker.Bus;

/// <summary>What the broker says of a queue.</summary>
/// <param name="Waiting">Messages that nobody has been delivered.</param>
/// <param name="Consumers">Of all workers.</param>
internal sealed record QueueSeen(uint Waiting, uint Consumers);

/// <summary>Asks the broker itself, on a connection of its own: the bus may believe what is no longer so, and its connection may hang.</summary>
internal sealed class BrokerProbe(BrokerUri broker, string name, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(2);
    private IConnection? _connection;
    private IChannel? _channel;

    /// <summary>Returns when there is a connection; throws why there is none.</summary>
    public async Task ConnectAsync(CancellationToken ct)
    {
        if (_connection is { IsOpen: true })
            return;
        await CloseAsync();
        var factory = new ConnectionFactory
        {
            HostName = broker.Host,
            Port = broker.Port,
            VirtualHost = broker.VirtualHost,
            UserName = broker.User,
            Password = broker.Password,
            RequestedConnectionTimeout = ConnectLimit,
            AutomaticRecoveryEnabled = false,
            Ssl = new SslOption(broker.Host, enabled: broker.Tls),
        };
        _connection = await factory.CreateConnectionAsync($"{name} (probe)", ct);
    }

    /// <returns>Null when the broker has no such queue.</returns>
    public async Task<QueueSeen?> LookAsync(string queue, CancellationToken ct)
    {
        try
        {
            await ConnectAsync(ct);
            using var limit = new CancellationTokenSource(LookLimit, clock);
            using var look = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
            if (_channel is not { IsOpen: true })
                _channel = await _connection!.CreateChannelAsync(cancellationToken: look.Token);
            var answer = await _channel.QueueDeclarePassiveAsync(queue, look.Token);
            return new QueueSeen(answer.MessageCount, answer.ConsumerCount);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            // That answer closes the channel.
            return null;
        }
        catch
        {
            await CloseAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task CloseAsync()
    {
        if (_connection is not { } connection)
            return;
        (_connection, _channel) = (null, null);
        await connection.AbortAsync(CloseLimit);
        await connection.DisposeAsync();
    }
}
