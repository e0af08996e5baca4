namespace Kanban.Bus.Board.Runs;

/// <summary>Brings what happens to runs to the state machine.</summary>
public interface IRunSaga
{
    /// <summary>Moves the run's row in the caller's context. The caller's transaction holds the lock of the run's task, and saves.</summary>
    /// <param name="happened">One of the records in <c>RunEvents.cs</c>.</param>
    Task SendAsync<T>(T happened, CancellationToken ct) where T : class;
}
