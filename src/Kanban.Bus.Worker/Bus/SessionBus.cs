using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Hosting;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Bus;

/// <summary>Consumes from the bus that a session names; a changed broker address means a new connection.</summary>
/// <param name="shared">The board's own, where the worker lives in its process; else each session names a broker.</param>
/// <param name="life">Ends the consuming, with the worker.</param>
internal sealed class SessionBus(WorkerOptions options, QueueConsumers consumers, IWorkerBus? shared, ILoggerFactory loggers, TimeProvider clock, CancellationToken life)
    : IAsyncDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    private readonly bool _isShared = shared is not null;
    private IWorkerBus? _bus = shared;
    private Task _consuming = Task.CompletedTask;
    private CancellationTokenSource? _end;

    public string Address => _bus!.Address;

    public async Task UseAsync(Registered session)
    {
        if (!_isShared && session.Broker is { } broker && (_bus as BrokerBus)?.Uri != broker.Uri)
        {
            if (_bus is not null)
            {
                await _end!.CancelAsync();
                await EndedAsync();
                await _bus.DisposeAsync();
            }
            _bus = new BrokerBus(broker.Uri, $"{options.Id}@{options.Host}", loggers, clock);
            _consuming = Task.CompletedTask;
        }
        if (_bus is null)
            throw new WorkerStoppedException("The board names no broker: it runs in single-host mode, with its worker inside. Set Transport:Provider to rabbitmq on the board.");
        if (_consuming.IsCompleted)
        {
            _end?.Dispose();
            _end = CancellationTokenSource.CreateLinkedTokenSource(life);
            _consuming = consumers.RunAsync(_bus, _end.Token);
        }
    }

    /// <summary>Every queue is left, or did not let itself be left in time.</summary>
    public Task EndedAsync() => Task.WhenAny(_consuming, Task.Delay(EndLimit, clock, CancellationToken.None));

    public async ValueTask DisposeAsync()
    {
        if (_bus is not null)
            await _bus.DisposeAsync();
        _end?.Dispose();
    }
}
