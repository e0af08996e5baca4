namespace Kanban.Bus.Worker.Bus;

/// <summary>Whether a queue is consumed, as its consumer knows it.</summary>
internal sealed class ConsumeState(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private bool _ready;
    private long _since = clock.GetTimestamp();
    private Exception? _fault;

    /// <summary>Since when it is not consumed; null while it is.</summary>
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

    public void Ready() => Set(true, null);

    public void Lost(Exception? fault) => Set(false, fault);

    private void Set(bool ready, Exception? fault)
    {
        lock (_gate)
        {
            if (_ready && !ready)
                _since = clock.GetTimestamp();
            _ready = ready;
            _fault = fault ?? (ready ? null : _fault);
        }
    }
}
