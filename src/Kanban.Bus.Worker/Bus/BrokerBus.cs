using Kanban.Bus.Worker.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Kanban.Bus.Worker.Bus;

/// <summary>A consuming connection of this worker's own to RabbitMQ, named <c>worker-id@host</c> in the management UI. Comes back by itself.</summary>
internal sealed class BrokerBus(string uri, string connectionName, ILoggerFactory loggers, TimeProvider clock) : IWorkerBus
{
    /// <summary>Longest wait for any one answer of the broker.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(2);
    private readonly BrokerUri _broker = BrokerUri.Parse(uri);
    private readonly BrokerProbe _probe = new(BrokerUri.Parse(uri), connectionName, clock);
    private readonly ReconnectPause _pause = new(clock);
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly ILogger _log = loggers.CreateLogger(WorkerLog.Category);
    private volatile IConnection? _connection;

    public BrokerProbe? Probe => _probe;

    public string Address => _broker.ToString();

    public string Uri => uri;

    public Task StartAsync(CancellationToken ct) => ConnectedAsync(ct);

    public Task RestartAsync(CancellationToken ct)
    {
        // Not waited for: it hangs. Those who use it see it closed, whatever its socket does.
        _ = Interlocked.Exchange(ref _connection, null) is { } hanging ? CloseAsync(hanging) : Task.CompletedTask;
        return ConnectedAsync(ct);
    }

    public IQueueConsumer Join(QueueShape queue, Deliveries deliveries) => new BrokerConsumer(this, queue, deliveries, clock);

    /// <summary>The open connection; waits for a broker that is away. Who asks meanwhile gets the same one.</summary>
    public async Task<IConnection> ConnectedAsync(CancellationToken ct)
    {
        if (_connection is { IsOpen: true } open)
            return open;
        await _one.WaitAsync(ct);
        try
        {
            if (_connection is { IsOpen: true } opened)
                return opened;
            if (Interlocked.Exchange(ref _connection, null) is { } closed)
                await CloseAsync(closed);
            return _connection = await ConnectAsync(ct);
        }
        finally
        {
            _one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } open)
            await CloseAsync(open);
        await _probe.DisposeAsync();
    }

    private async Task<IConnection> ConnectAsync(CancellationToken ct)
    {
        await _pause.WaitAsync(ct);
        var backoff = new Backoff(clock, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15));
        DateTimeOffset? since = null;
        while (true)
        {
            try
            {
                var connection = await Factory().CreateConnectionAsync(connectionName, ct);
                if (since is not null)
                    _log.BrokerReached(Address);
                return connection;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                since ??= clock.GetUtcNow();
                _log.BrokerAway(Address, since.Value, e.GetBaseException().Message);
            }
            await backoff.WaitAsync(ct);
        }
    }

    private async Task CloseAsync(IConnection connection)
    {
        try
        {
            await connection.AbortAsync(CloseLimit).WaitAsync(CloseLimit * 2);
        }
        catch (Exception e)
        {
            // A connection that is dead already can't be closed in order; the broker sees it gone by its heartbeat.
            _log.BrokerNotClosed(Address, e.GetBaseException().Message);
        }
    }

    private ConnectionFactory Factory() => new()
    {
        HostName = _broker.Host,
        Port = _broker.Port,
        VirtualHost = _broker.VirtualHost,
        UserName = _broker.User,
        Password = _broker.Password,
        AutomaticRecoveryEnabled = false,
        // The default of 60 s would take three minutes to notice a dead line.
        RequestedHeartbeat = TimeSpan.FromSeconds(10),
        RequestedConnectionTimeout = Deadline,
        HandshakeContinuationTimeout = Deadline,
        ContinuationTimeout = Deadline,
        // The most that brokers before 4.0 take by default: a message past the client's bound costs the connection, again at each delivery.
        MaxInboundMessageBodySize = 128 * 1024 * 1024,
        Ssl = new SslOption(_broker.Host, enabled: _broker.Tls),
    };
}
