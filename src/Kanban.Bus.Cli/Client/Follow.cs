using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Client;

/// <summary>Streams that outlive their connections: each goes on where the last one broke.</summary>
internal sealed class Follow(BoardClient board, TimeProvider clock, Action<string> note)
{
    /// <summary>How long a missed event can hide a change from somebody who waits.</summary>
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(10);

    /// <summary>Events from the cursor on, for ever.</summary>
    /// <param name="after">Null: from now on.</param>
    public async IAsyncEnumerable<EventView> EventsAsync(
        EventFilter filter, string? after, Action? opened, [EnumeratorCancellation] CancellationToken ct)
    {
        var patience = new Patience(clock, note);
        while (true)
        {
            await using var events = board.EventStreamAsync(filter, after, () => { patience.Met(); opened?.Invoke(); }, ct).GetAsyncEnumerator(ct);
            var broken = new BoardUnreachableException($"The board at {board.Server} closed the stream.");
            while (true)
            {
                try
                {
                    if (!await events.MoveNextAsync())
                        break;
                }
                catch (BoardUnreachableException e)
                {
                    broken = e;
                    break;
                }

                after = events.Current.Id;
                yield return events.Current;
            }

            await patience.WaitAsync(broken, ct);
        }
    }

    /// <summary>The rest of a run's log, until the run is over.</summary>
    public async IAsyncEnumerable<LogChunkView> LogAsync(Guid run, LogPart part, [EnumeratorCancellation] CancellationToken ct)
    {
        var patience = new Patience(clock, note);
        var after = 0L;
        while (true)
        {
            await using var items = board.LogStreamAsync(run, after, part, ct).GetAsyncEnumerator(ct);
            var broken = new BoardUnreachableException($"The board at {board.Server} closed the log.");
            while (true)
            {
                try
                {
                    if (!await items.MoveNextAsync())
                        break;
                }
                catch (BoardUnreachableException e)
                {
                    broken = e;
                    break;
                }

                patience.Met();
                if (items.Current is not LogChunkView chunk)
                    yield break;
                after = chunk.Id;
                yield return chunk;
            }

            await patience.WaitAsync(broken, ct);
        }
    }

    /// <summary>Looks at the task at each of its events, and every ten seconds, until it is as wanted.</summary>
    /// <param name="look">Given each state seen, in turn; true ends the wait.</param>
    public async Task<TaskDetail> UntilAsync(string key, Func<TaskDetail, bool> look, CancellationToken ct)
    {
        // The first look is without patience: a wrong address or key is said at once.
        var task = await board.TaskAsync(key, ct);
        if (look(task))
            return task;

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        var listening = ListenAsync(task.Task.Key, changes.Writer, stop.Token);
        var patience = new Patience(clock, note);
        try
        {
            while (true)
            {
                await WaitAsync(changes.Reader, ct);
                try
                {
                    task = await board.TaskAsync(key, ct);
                    patience.Met();
                }
                catch (BoardUnreachableException e)
                {
                    await patience.WaitAsync(e, ct);
                    changes.Writer.TryWrite(true);
                    continue;
                }

                if (look(task))
                    return task;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await listening;
        }
    }

    private async Task ListenAsync(string key, ChannelWriter<bool> changes, CancellationToken ct)
    {
        try
        {
            var quiet = new Follow(board, clock, _ => { });
            await foreach (var _ in quiet.EventsAsync(new EventFilter(Task: key), null, () => changes.TryWrite(true), ct))
                changes.TryWrite(true);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The wait is over.
        }
        catch (BoardUnreachableException)
        {
            // The looks go on by the clock, and it is they who say that the board is away.
        }
        catch (BoardRefusalException e)
        {
            note($"No live events ({e.Message}) Looking every {Recheck.TotalSeconds:0} s instead.");
        }
    }

    private async Task WaitAsync(ChannelReader<bool> changes, CancellationToken ct)
    {
        using var timer = new CancellationTokenSource(Recheck, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, timer.Token);
        try
        {
            await changes.ReadAsync(both.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Time for a look although nothing was heard.
        }
    }
}
