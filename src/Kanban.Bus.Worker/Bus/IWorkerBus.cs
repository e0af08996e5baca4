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

    /// <summary>Waits for a broker that is away, with a line that says which address and since when.</summary>
    Task StartAsync(CancellationToken ct);

    /// <summary>Gives up a connection that hangs, for a new one.</summary>
    Task RestartAsync(CancellationToken ct);

    /// <summary>Consumes a queue from here on, until it is left.</summary>
    IQueueConsumer Join(QueueShape queue, Deliveries deliveries);
}

/// <summary>A queue as board and workers declare it.</summary>
/// <param name="Arguments">As the broker knows them: <c>x-expires</c> and the like.</param>
/// <param name="HasExchange">What is published to it comes by a fanout exchange of its name; else by its name alone.</param>
/// <param name="Prefetch">The most deliveries of it that are held here at one time.</param>
internal sealed record QueueShape(string Name, Dictionary<string, object?> Arguments, bool HasExchange, ushort Prefetch);

/// <summary>Keeps one queue consumed.</summary>
internal interface IQueueConsumer
{
    /// <summary>Since when the queue is not consumed; null while it is.</summary>
    TimeSpan? Down { get; }

    /// <summary>What ended it, or keeps it from being consumed; null when nothing is known.</summary>
    Exception? Fault { get; }

    /// <summary>No more deliveries from here on.</summary>
    void Leave();

    /// <summary>After <see cref="Leave"/>: completes when what was delivered is acked.</summary>
    Task Left { get; }
}
