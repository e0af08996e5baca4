using RabbitMQ.Client;

namespace Kanban.Bus.Board.Hosting;

/// <summary>Finds queues that exist and never answer, and deletes them, so that they can be declared anew. Rows know what was in them.</summary>
/// <remarks>
/// RabbitMQ 3.10 that is killed within seconds of a quorum queue's declaration comes back with such a queue: it can be declared, and whatever is
/// published to it is never confirmed. Each step is on a connection that is thrown away, because the node ends those that waited for such a queue.
/// </remarks>
internal static class SilentQueues
{
    /// <summary>Long enough for a broker that is merely busy.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan DeleteWithin = TimeSpan.FromSeconds(20);

    /// <summary>Asks each queue for a message, which stays in it.</summary>
    /// <returns>Those that have not answered though the broker has.</returns>
    public static async Task<IReadOnlyList<string>> FindAsync(BrokerConnection broker, IReadOnlyCollection<string> queues, CancellationToken ct)
    {
        var connection = await broker.OpenAsync("board-probe", ct);
        try
        {
            var answers = await Task.WhenAll(queues.Select(queue => AnswersAsync(connection, queue, ct)));
            return connection.IsOpen ? [.. queues.Where((_, i) => !answers[i])] : [];
        }
        finally
        {
            await ThrowAwayAsync(connection);
        }
    }

    /// <exception cref="OperationCanceledException">The broker has not said in time that they are gone.</exception>
    public static async Task DeleteAsync(BrokerConnection broker, IReadOnlyCollection<string> queues, CancellationToken ct)
    {
        var connection = await broker.OpenAsync("board-probe", ct);
        try
        {
            foreach (var queue in queues)
            {
                using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
                deadline.CancelAfter(DeleteWithin);
                var channel = await connection.CreateChannelAsync(cancellationToken: deadline.Token);
                await channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false, cancellationToken: deadline.Token);
            }
        }
        finally
        {
            await ThrowAwayAsync(connection);
        }
    }

    private static async Task<bool> AnswersAsync(IConnection connection, string queue, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(AnswerWithin);
        try
        {
            var channel = await connection.CreateChannelAsync(cancellationToken: deadline.Token);
            await channel.BasicGetAsync(queue, autoAck: false, deadline.Token);
            return true;
        }
        catch (Exception) when (!ct.IsCancellationRequested)
        {
            // Missing, or refused: that is an answer.
            return !deadline.IsCancellationRequested;
        }
    }

    private static async Task ThrowAwayAsync(IConnection connection)
    {
        await connection.AbortAsync(TimeSpan.FromSeconds(1)).WaitAsync(TimeSpan.FromSeconds(2), CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Its channels still wait for queues that never answer; disposing it would wait for them.
    }
}
