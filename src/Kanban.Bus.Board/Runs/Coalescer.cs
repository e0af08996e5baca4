namespace Kanban.Bus.Board.Runs;

/// <summary>Decides together what waits at the same moment: a lone item goes at once; while one batch is being decided, the next one gathers.</summary>
/// <remarks>A transaction of one item costs hardly less than one of many. So after a large batch, when more can be expected, the next one gathers for a moment.</remarks>
/// <param name="decide">Gives one answer per item, in order, or throws for all of them.</param>
/// <param name="most">Items in one batch.</param>
/// <param name="isEverybodys">Whether a failure has nothing to do with any single item (the database is away), so that trying them one by one is of no use.</param>
/// <param name="pace">When the next batch may begin; at once without one.</param>
/// <param name="size">What an item counts towards a large batch; 1 unless told.</param>
public sealed class Coalescer<TItem, TAnswer>(
    Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TAnswer>>> decide, int most, Func<Exception, bool>? isEverybodys = null,
    BatchPace? pace = null, Func<TItem, int>? size = null)
{
    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = new();
    private bool _deciding;

    /// <summary>Waits for the item's answer. Who gives up before its batch begins is not decided; after that it may have been.</summary>
    public Task<TAnswer> AddAsync(TItem item, CancellationToken ct)
    {
        var waiting = new Waiting(item, new TaskCompletionSource<TAnswer>(TaskCreationOptions.RunContinuationsAsynchronously), ct);
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
        while (true)
        {
            if (pace is not null)
                await pace.WaitAsync(CancellationToken.None);
            var batch = Take();
            if (batch.Count == 0)
                return;
            pace?.Begin(size is null ? batch.Count : batch.Sum(w => size(w.Item)));
            if (!await TryDecideAsync(batch))
                // One bad item must not fail its neighbours.
                foreach (var alone in batch.Where(w => !w.Ct.IsCancellationRequested))
                    await TryDecideAsync([alone]);
        }
    }

    private List<Waiting> Take()
    {
        lock (_lock)
        {
            var batch = new List<Waiting>();
            while (batch.Count < most && _waiting.TryDequeue(out var next))
                if (!next.Ct.IsCancellationRequested)
                    batch.Add(next);
            _deciding = batch.Count > 0;
            return batch;
        }
    }

    /// <returns>False when the items are worth trying one by one.</returns>
    private async Task<bool> TryDecideAsync(List<Waiting> batch)
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
            if (batch.Count > 1 && isEverybodys?.Invoke(error) is not true)
                return false;
            foreach (var waiting in batch)
                waiting.Answer.SetException(error);
            return true;
        }
    }

    private sealed record Waiting(TItem Item, TaskCompletionSource<TAnswer> Answer, CancellationToken Ct);
}
