namespace Kanban.Bus.Board.Events;

/// <summary>Says that committed events are waiting in the table, to whoever tails it on this replica. A hint: tails also look by themselves.</summary>
public sealed class EventSignal
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _nextOwn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes at the next <see cref="Ring"/>. Take it before reading the table, so that no ring is missed.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Completes at the next commit of this process alone.</summary>
    public Task NextOwn => Volatile.Read(ref _nextOwn).Task;

    /// <summary>This process has committed events.</summary>
    public void RingOwn()
    {
        Ring();
        Interlocked.Exchange(ref _nextOwn, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    public void Ring() =>
        Interlocked.Exchange(ref _next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
