namespace Kanban.Bus.Board.Fleet;

/// <summary>Whether silence means anything: only after one full term of a lease during which this process ran and the database answered.</summary>
/// <remarks>
/// While either was away no heartbeat could be written. It is told by looks at the database, a sixth of a lease apart at most: one that fails, or one that
/// comes later than half a lease after the one before, begins a new term. "Later" is measured on two clocks, so that a process that was
/// frozen, a host that slept and a database whose clock was set forward all count.
/// </remarks>
public sealed class LeaseGrace(TimeSpan lease, TimeProvider clock)
{
    private long _from = clock.GetTimestamp();
    private (long At, DateTimeOffset DatabaseTime)? _last;

    /// <summary>Longest time from one look to the next.</summary>
    public TimeSpan LookEvery => lease / 6;

    /// <summary>What is left of the term; zero or less when it is over.</summary>
    public TimeSpan Left => lease - clock.GetElapsedTime(_from);

    /// <summary>A look was answered.</summary>
    /// <param name="databaseTime">The database's clock, as the answer has it.</param>
    public void Looked(DateTimeOffset databaseTime)
    {
        if (_last is { } last && (clock.GetElapsedTime(last.At) > lease / 2 || databaseTime - last.DatabaseTime > lease / 2))
            Begin();
        _last = (clock.GetTimestamp(), databaseTime);
    }

    /// <summary>Something failed that sweeping needs.</summary>
    public void Failed() => Begin();

    private void Begin() => _from = clock.GetTimestamp();
}
