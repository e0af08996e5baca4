using Kanban.Bus.Worker.Hosting;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Bus;

/// <summary>A consuming connection of this worker's own to RabbitMQ, named <c>worker-id@host</c> in the management UI.</summary>
internal sealed class BrokerBus(string uri, string connectionName, ILoggerFactory loggers, TimeProvider clock) : IWorkerBus
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);
    private readonly BrokerUri _broker = BrokerUri.Parse(uri);
    private readonly BrokerProbe _probe = new(BrokerUri.Parse(uri), connectionName, clock);
    private readonly ILogger _log = loggers.CreateLogger(WorkerLog.Category);
    private IBusControl? _bus;
    private Task _closing = Task.CompletedTask;

    public BrokerProbe? Probe => _probe;

    public string Address => _broker.ToString();

    public string Uri => uri;

    public async Task<IBusControl> StartedAsync(CancellationToken ct)
    {
        if (_bus is not null)
            return _bus;
        var backoff = new Backoff(clock, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        DateTimeOffset? since = null;
        while (true)
        {
            try
            {
                // A bus without endpoints starts also where no broker is, and says nothing of a wrong password.
                await _probe.ConnectAsync(ct);
                if (since is not null)
                    _log.BrokerReached(Address);
                LogContext.ConfigureCurrentLogContext(loggers);
                var bus = MassTransit.Bus.Factory.CreateUsingRabbitMq(Configure);
                await bus.StartAsync(StartLimit);
                return _bus = bus;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                since ??= clock.GetUtcNow();
                _log.BrokerAway(Address, since.Value, e.GetBaseException().Message);
            }
            await backoff.WaitAsync(ct);
        }
    }

    public Task<IBusControl> RestartedAsync(CancellationToken ct)
    {
        if (_bus is { } bus)
            _closing = StopAsync(bus);
        _bus = null;
        return StartedAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_bus is { } bus)
            await StopAsync(bus);
        _bus = null;
        await _closing;
        await _probe.DisposeAsync();
    }

    private async Task StopAsync(IBusControl bus)
    {
        try
        {
            await bus.StopAsync(StopLimit).WaitAsync(StopLimit, clock);
        }
        catch (Exception e)
        {
            // A connection that is dead already can't be closed in order; the broker sees it gone by its heartbeat.
            _log.BrokerNotClosed(Address, e.GetBaseException().Message);
        }
    }

    private void Configure(IRabbitMqBusFactoryConfigurator bus)
    {
        // No endpoint of the bus's own: its queue is a transient one, which newer brokers refuse.
        bus.AutoStart = false;
        var pause = new ReconnectPause(clock);
        bus.Host(_broker.Host, _broker.Port, _broker.VirtualHost, connectionName, host =>
        {
            host.Username(_broker.User);
            host.Password(_broker.Password);
            // The default of 60 s would take three minutes to notice a dead line.
            host.Heartbeat(TimeSpan.FromSeconds(10));
            host.OnRefreshConnectionFactory = _ => pause.WaitAsync();
            // The most that brokers before 4.0 take by default: a message past the client's bound costs the connection, again at each delivery.
            host.MaxMessageSize(128 * 1024 * 1024);
            if (_broker.Tls)
                host.UseSsl(ssl => ssl.ServerName = _broker.Host);
        });
    }
}
