using MassTransit;

namespace Kanban.Bus.Worker.Bus;

/// <summary>Single host: the bus of the process that the board and the worker share. Whoever made it starts and stops it.</summary>
internal sealed class SharedBus(IBusControl bus) : IWorkerBus
{
    public BrokerProbe? Probe => null;

    public string Address => "the bus in this process";

    public Task<IBusControl> StartedAsync(CancellationToken ct) => Task.FromResult(bus);

    public Task<IBusControl> RestartedAsync(CancellationToken ct) => StartedAsync(ct);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
