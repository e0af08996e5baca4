using Kanban.Bus.Worker.Hosting;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Bus;

/// <summary>A consuming connection of this worker's own to RabbitMQ, named <c>worker-id@host</c> in the management UI.</summary>
internal sealed class BrokerBus(string uri, string connectionName, ILoggerFactory loggers, TimeProvider clock) : IWorkerBus
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);
    private readonly BrokerUri _broker = BrokerUri.Parse(uri);
    private readonly ILogger _log = loggers.CreateLogger(WorkerLog.Category);
    private IBusControl? _bus;

    public bool HasBroker => true;

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
            LogContext.ConfigureCurrentLogContext(loggers);
            var bus = MassTransit.Bus.Factory.CreateUsingRabbitMq(Configure);
            try
            {
                await bus.StartAsync(StartLimit);
                if (since is not null)
                    _log.BrokerReached(Address);
                return _bus = bus;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                since ??= clock.GetUtcNow();
                _log.BrokerAway(Address, since.Value, e.GetBaseException().Message);
                await StopAsync(bus);
            }
            await backoff.WaitAsync(ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_bus is { } bus)
            await StopAsync(bus);
        _bus = null;
    }

    private async Task StopAsync(IBusControl bus)
    {
        try
        {
            await bus.StopAsync(TimeSpan.FromSeconds(5));
        }
        catch (Exception e)
        {
            // A connection that is dead already can't be closed in order; the broker sees it gone by its heartbeat.
            _log.BrokerNotClosed(Address, e.GetBaseException().Message);
        }
    }

    private void Configure(IRabbitMqBusFactoryConfigurator bus) => bus.Host(_broker.Host, _broker.Port, _broker.VirtualHost, connectionName, host =>
    {
        host.Username(_broker.User);
        host.Password(_broker.Password);
        // The default of 60 s would take three minutes to notice a dead line.
        host.Heartbeat(TimeSpan.FromSeconds(10));
        if (_broker.Tls)
            host.UseSsl(ssl => ssl.ServerName = _broker.Host);
    });
}
