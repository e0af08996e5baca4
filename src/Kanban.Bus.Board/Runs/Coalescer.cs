namespace Kanban.Bus.Board.Runs;

/// <summary>Decides together what waits at the same moment: a lone item goes at once; while one batch is being decided, the next one gathers.</summary>
/// <param name="decide">Gives one answer per item, in order, or throws for all of them.</param>
/// <param name="most">Items in one batch.</param>
public sealed class Coalescer<TItem, TAnswer>(Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TAnswer>>> decide, int most)
{
    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = new();
    private bool _deciding;

    /// <summary>Waits for the item's answer. Giving up waiting does not take the item back: it may have been decided.</summary>
    public Task<TAnswer> AddAsync(TItem item, CancellationToken ct)
    {
        var waiting = new Waiting(item, new TaskCompletionSource<TAnswer>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_lock)
        {
            _waiting.Enqueue(waiting);
            if (!_deciding)
            {
                _deciding = true;
                _ = Task.Run(DecideAllAsync, CancellationToken.None);
            }
        }

        return waiting.Answer.Task.WaitAsync(ct);
    }

    private async Task DecideAllAsync()
    {
        while (Take() is { Count: > 0 } batch)
        {
            if (!await TryDecideAsync(batch) && batch.Count > 1)
                // One bad item must not fail its neighbours.
                foreach (var alone in batch)
                    await TryDecideAsync([alone], last: true);
        }
    }

    private List<Waiting> Take()
    {
        lock (_lock)
        {
            var batch = new List<Waiting>();
            while (batch.Count < most && _waiting.TryDequeue(out var next))
                batch.Add(next);
            _deciding = batch.Count > 0;
            return batch;
        }
    }

    private async Task<bool> TryDecideAsync(List<Waiting> batch, bool last = false)
    {
        try
        {
            var answers = await decide([.. batch.Select(w => w.Item)], CancellationToken.None);
            for (var i = 0; i < batch.Count; i++)
                batch[i].Answer.SetResult(answers[i]);
            return true;
        }
#pragma warning disable CA1031 // The failure is the answer: it goes to everybody who waits for it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (last || batch.Count == 1)
                foreach (var waiting in batch)
                    waiting.Answer.SetException(error);
            return false;
        }
    }

    private sealed record Waiting(TItem Item, TaskCompletionSource<TAnswer> Answer);
}
