using System.Collections.Concurrent;

namespace Kanban.Bus.Board.Logs;

/// <summary>Says on this replica that a run's log has grown, to whoever follows it here. A hint: followers also look by themselves.</summary>
public sealed class LogSignal
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _followed = new();

    /// <summary>Completes at the run's next <see cref="Ring"/>. Take it before reading, so that no ring is missed.</summary>
    public Task Next(Guid runId) =>
        _followed.GetOrAdd(runId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Ring(Guid runId)
    {
        if (_followed.TryRemove(runId, out var waiting))
            waiting.TrySetResult();
    }

    /// <summary>Lets go of a run that nobody follows any more. Another follower that still waits is woken, and looks.</summary>
    public void Leave(Guid runId) => Ring(runId);
}
