namespace Kanban.Bus.Board.Admission;

/// <summary>Wakes this replica's admission: something it decides on has changed and is committed. Many wakes before the next pass are one.</summary>
public sealed class AdmissionSignal
{
    private readonly SemaphoreSlim _woken = new(0, 1);

    public void Wake()
    {
        lock (_woken)
        {
            if (_woken.CurrentCount == 0)
                _woken.Release();
        }
    }

    /// <returns>True when woken, false when the time passed first.</returns>
    public Task<bool> WaitAsync(TimeSpan atMost, CancellationToken ct) => _woken.WaitAsync(atMost, ct);
}
