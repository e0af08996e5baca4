using MassTransit;

namespace Kanban.Bus.Worker.Bus;

/// <summary>Whether one receive endpoint consumes, as it says itself.</summary>
internal sealed class EndpointWatch(TimeProvider clock) : IReceiveEndpointObserver
{
    private readonly Lock _gate = new();
    private bool _ready;
    private long _since = clock.GetTimestamp();
    private Exception? _fault;

    /// <summary>Since when it does not consume; null while it does.</summary>
    public TimeSpan? Down
    {
        get
        {
            lock (_gate)
                return _ready ? null : clock.GetElapsedTime(_since);
        }
    }

    /// <summary>The last fault since it was ready.</summary>
    public Exception? Fault
    {
        get
        {
            lock (_gate)
                return _fault;
        }
    }

    public Task Ready(ReceiveEndpointReady ready) => Set(true, null);

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Set(false, null);

    public Task Faulted(ReceiveEndpointFaulted faulted) => Set(false, faulted.Exception);

    private Task Set(bool ready, Exception? fault)
    {
        lock (_gate)
        {
            if (_ready && !ready)
                _since = clock.GetTimestamp();
            _ready = ready;
            _fault = fault ?? (ready ? null : _fault);
        }
        return Task.CompletedTask;
    }
}
