using Kanban.Bus.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Kanban.Bus.Board.Hosting;

/// <summary>One queue of a lane's offers, as the broker last answered about it.</summary>
/// <remarks>
/// It is declared exactly as MassTransit declares a worker's endpoint, so that neither refuses the other's: a durable fanout exchange and a quorum
/// queue of one name, bound. The queue of a requirement set ends by itself when nobody consumes it for long; the board declares it while it has offers.
/// </remarks>
internal sealed class LaneQueue(string name, string lane, TimeProvider clock)
{
    /// <summary>Longest wait for the answers to one declaration.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(8);

    internal static readonly Dictionary<string, object?> Quorum = new() { ["x-queue-type"] = "quorum" };

    private static readonly Dictionary<string, object?> QuorumOfSet = new(Quorum) { ["x-expires"] = (long)BusNames.SetQueueExpiry.TotalMilliseconds };

    private readonly bool _isSet = name != BusNames.LaneQueue(lane, "");
    private readonly Lock _gate = new();
    private Task<Answer>? _asking;
    private long _needed = clock.GetTimestamp();
    private volatile Answer? _last;

    public string Name => name;

    public string Lane => lane;

    public string? Problem => _last?.Problem;

    /// <summary>It is there with other arguments, or not allowed: a person has to act.</summary>
    public bool Refused { get; private set; }

    /// <summary>A publish to it was not confirmed in time: it is to be asked whether it answers at all.</summary>
    public bool Doubtful { get; set; }

    /// <summary>Time since an offer last went to it; zero for a lane's own queue, which is always needed.</summary>
    public TimeSpan Idle => _isSet ? clock.GetElapsedTime(Interlocked.Read(ref _needed)) : TimeSpan.Zero;

    /// <summary>The last answer on this connection, or a new one.</summary>
    /// <param name="wrong">The answer that has proved wrong: the queue is declared again unless somebody has done so since.</param>
    public async Task<Answer> AskAsync(IConnection connection, object? wrong, CancellationToken ct)
    {
        Interlocked.Exchange(ref _needed, clock.GetTimestamp());
        return _last is { } last && ReferenceEquals(last.Connection, connection) && !ReferenceEquals(last, wrong)
            ? last
            : await DeclareAgainAsync(connection, ct);
    }

    /// <summary>Declares it again, whatever is known. Who asks meanwhile gets the same answer.</summary>
    public Task<Answer> DeclareAgainAsync(IConnection connection, CancellationToken ct)
    {
        lock (_gate)
        {
            if (_asking is not { IsCompleted: false })
                _asking = DeclareAsync(connection);
            return _asking.WaitAsync(ct);
        }
    }

    private async Task<Answer> DeclareAsync(IConnection connection)
    {
        using var deadline = new CancellationTokenSource(AnswerWithin);
        IChannel? channel = null;
        try
        {
            channel = await connection.CreateChannelAsync(cancellationToken: deadline.Token);
            await channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: true, cancellationToken: deadline.Token);
            var found = await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, _isSet ? QuorumOfSet : Quorum, cancellationToken: deadline.Token);
            await channel.QueueBindAsync(name, name, "", cancellationToken: deadline.Token);
            Refused = false;
            return _last = new Answer(connection, null, found.MessageCount);
        }
        catch (OperationInterruptedException refused) when (refused.ShutdownReason is { Initiator: ShutdownInitiator.Peer, ReplyCode: 403 or 405 or 406 } reason)
        {
            Refused = true;
            return _last = new Answer(connection, BrokerRefusal.Sentence(name, reason.ReplyText), 0);
        }
        catch (Exception) when (deadline.IsCancellationRequested && connection.IsOpen)
        {
            Doubtful = true;
            return _last = new Answer(connection, $"The broker does not answer about the queue '{name}'.", 0);
        }
        finally
        {
            // A channel that waits for a queue does not even close in order.
            if (channel is not null)
                await channel.AbortAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(1), CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What the broker said, compared by reference.</summary>
    internal sealed class Answer(IConnection connection, string? problem, uint waiting)
    {
        public IConnection Connection => connection;
        public string? Problem => problem;

        /// <summary>Messages that nobody held.</summary>
        public uint Waiting => waiting;
    }
}
