namespace Kanban.Bus.Tests.Harness;

/// <summary>A clock that moves only when a test says so. Timers fire inside <see cref="Advance"/>, in order of their due times.</summary>
/// <param name="now">Where it starts; 2026-01-01 00:00 UTC by default.</param>
public sealed class FakeClock(DateTimeOffset? now = null) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<FakeTimer> _timers = [];
    private DateTimeOffset _now = now ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <summary>Timers that still wait; a test can wait for the code under test to have set its timer.</summary>
    public int PendingTimers
    {
        get
        {
            lock (_gate)
                return _timers.Count(t => t.DueAt is not null);
        }
    }

    /// <summary>Moves time forward and fires what falls due, on the caller's thread, each at its own instant.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        DateTimeOffset until;
        lock (_gate)
            until = _now + by;

        while (TakeDue(until) is { } timer)
            timer.Fire();

        lock (_gate)
            _now = until > _now ? until : _now;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, callback, state);
        lock (_gate)
            _timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    private FakeTimer? TakeDue(DateTimeOffset until)
    {
        lock (_gate)
        {
            var next = _timers.Where(t => t.DueAt <= until).MinBy(t => t.DueAt);
            if (next is null)
                return null;
            _now = next.DueAt > _now ? next.DueAt!.Value : _now;
            next.DueAt = next.Period > TimeSpan.Zero ? next.DueAt + next.Period : null;
            return next;
        }
    }

    private sealed class FakeTimer(FakeClock clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset? DueAt { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                DueAt = dueTime < TimeSpan.Zero ? null : clock._now + dueTime;
                Period = period < TimeSpan.Zero ? TimeSpan.Zero : period;
            }
            // As with real timers, one that is due at once does not fire inside the call that makes it.
            if (dueTime == TimeSpan.Zero)
                ThreadPool.QueueUserWorkItem(_ => clock.Advance(TimeSpan.Zero));
            return true;
        }

        public void Dispose()
        {
            lock (clock._gate)
                clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
