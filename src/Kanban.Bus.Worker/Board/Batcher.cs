namespace Kanban.Bus.Worker.Board;

/// <summary>Sends what waits at the same moment in one call. The next batch goes when the last has been answered, so a lone item never waits and batches grow with load.</summary>
/// <param name="send">Answers item by item, in order.</param>
/// <param name="most">Items of one call.</param>
internal sealed class Batcher<TItem, TAnswer>(Func<IReadOnlyList<TItem>, Task<IReadOnlyList<TAnswer>>> send, int most)
{
    private readonly Lock _gate = new();
    private readonly Queue<(TItem Item, TaskCompletionSource<TAnswer> Answer)> _waiting = new();
    private bool _sending;

    /// <summary>Faults as its call does; a call that the board refuses as a whole is repeated item by item, so that one bad item harms none of the others.</summary>
    public Task<TAnswer> AskAsync(TItem item, CancellationToken ct)
    {
        var answer = new TaskCompletionSource<TAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.Enqueue((item, answer));
            if (!_sending)
            {
                _sending = true;
                _ = Task.Run(PumpAsync, CancellationToken.None);
            }
        }
        return answer.Task.WaitAsync(ct);
    }

    private async Task PumpAsync()
    {
        while (true)
        {
            var batch = new List<(TItem Item, TaskCompletionSource<TAnswer> Answer)>();
            lock (_gate)
            {
                while (batch.Count < most && _waiting.TryDequeue(out var next))
                    batch.Add(next);
                if (batch.Count == 0)
                {
                    _sending = false;
                    return;
                }
            }
            await SendAsync(batch);
        }
    }

    private async Task SendAsync(List<(TItem Item, TaskCompletionSource<TAnswer> Answer)> batch)
    {
        try
        {
            var answers = await send(batch.ConvertAll(b => b.Item));
            if (answers.Count != batch.Count)
                throw new BoardAwayException($"the board answered {answers.Count} of {batch.Count} items");
            for (var i = 0; i < batch.Count; i++)
                batch[i].Answer.TrySetResult(answers[i]);
        }
        catch (BoardRefusedException) when (batch.Count > 1)
        {
            foreach (var one in batch)
                await SendAsync([one]);
        }
        catch (Exception e)
        {
            foreach (var (_, answer) in batch)
                answer.TrySetException(e);
        }
    }
}
