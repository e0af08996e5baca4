using MassTransit;

namespace Kanban.Bus.Worker.Bus;

/// <summary>Where offers come from: the host process's own bus in memory, or a connection to the broker that the board named.</summary>
internal interface IWorkerBus : IAsyncDisposable
{
    /// <summary>On a broker a delivery is held for a limited time and given back when no slot is free; in memory it simply waits.</summary>
    bool HasBroker => Probe is not null;

    /// <summary>The broker's own word; null in memory.</summary>
    BrokerProbe? Probe { get; }

    /// <summary>For log lines; never with a password.</summary>
    string Address { get; }

    /// <summary>The bus, started; waits for a broker that is away, with a line that says which address and since when.</summary>
    Task<IBusControl> StartedAsync(CancellationToken ct);

    /// <summary>Another bus in place of one that hangs, started.</summary>
    Task<IBusControl> RestartedAsync(CancellationToken ct);
}
