namespace Kanban.Bus.Worker.Slots;

/// <summary>A lane's slots on this worker, shared by all the lane's queues. Slots are numbered from 0, lowest free one first.</summary>
internal sealed class LaneSlots(string lane, int count, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly SortedSet<int> _free = [.. Enumerable.Range(0, count)];
    private readonly LinkedList<TaskCompletionSource<int>> _waiting = new();

    // Runs beyond the slots (taken up again after the lane was given fewer), and slots held back until those have ended.
    private readonly Stack<int> _heldBack = new();
    private int _beyond;
    private int _owed;

    public string Lane => lane;

    public int Count => count;

    public int Free
    {
        get
        {
            lock (_gate)
                return _free.Count;
        }
    }

    /// <summary>The slot's number, or null when none came free within <paramref name="patience"/>. First come, first served.</summary>
    public async Task<int?> TakeAsync(TimeSpan patience, CancellationToken ct)
    {
        LinkedListNode<TaskCompletionSource<int>> place;
        lock (_gate)
        {
            if (_free.Count > 0)
            {
                var slot = _free.Min;
                _free.Remove(slot);
                return slot;
            }
            place = _waiting.AddLast(new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        try
        {
            return await place.Value.Task.WaitAsync(patience, clock, ct);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            lock (_gate)
            {
                // A slot that was handed over in this same moment is kept on a time-out and passed on when the caller is gone.
                if (place.List is null)
                {
                    var slot = place.Value.Task.Result;
                    if (e is TimeoutException)
                        return slot;
                    ReleaseLocked(slot);
                }
                else
                {
                    _waiting.Remove(place);
                }
            }
            if (e is TimeoutException)
                return null;
            throw;
        }
    }

    /// <summary>For a run taken up again after a restart: it runs already, so it gets a slot even when there are fewer than before.</summary>
    public int TakeBeyond()
    {
        lock (_gate)
        {
            if (_free.Count == 0)
            {
                _owed++;
                return count + _beyond++;
            }
            var slot = _free.Min;
            _free.Remove(slot);
            return slot;
        }
    }

    public void Release(int slot)
    {
        lock (_gate)
            ReleaseLocked(slot);
    }

    private void ReleaseLocked(int slot)
    {
        if (slot >= count && !_heldBack.TryPop(out slot))
        {
            _owed--;
            return;
        }
        if (_owed > 0)
        {
            _owed--;
            _heldBack.Push(slot);
            return;
        }
        if (_waiting.First is { } next)
        {
            _waiting.Remove(next);
            next.Value.SetResult(slot);
        }
        else
        {
            _free.Add(slot);
        }
    }
}
