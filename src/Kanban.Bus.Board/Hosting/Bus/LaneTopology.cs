using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Kanban.Bus.Board.Hosting;

/// <summary>Declares what the board needs on RabbitMQ, and looks every ten seconds whether it is still there.</summary>
/// <remarks>
/// A lane's queue is declared exactly as MassTransit declares a worker's endpoint, so that neither refuses the other's: a durable fanout
/// exchange and a quorum queue of one name, bound, with no argument but the queue's type.
/// </remarks>
public sealed partial class LaneTopology(
    BrokerConnection broker, IServiceScopeFactory scopes, BoardReadiness readiness, TimeProvider clock, ILogger<LaneTopology> log) : BackgroundService
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(10);
    private static readonly Dictionary<string, object?> Quorum = new() { ["x-queue-type"] = "quorum" };

    private readonly ConcurrentDictionary<string, LaneQueue> _queues = new();
    private readonly SemaphoreSlim _one = new(1, 1);
    private IChannel? _channel;

    /// <summary>The first problem known of any of a lane's queues; null when there is none.</summary>
    public string? ProblemOf(string lane) => _queues.Values.FirstOrDefault(q => q.Lane == lane && q.Problem is not null)?.Problem;

    /// <summary>Makes sure that a lane's queue is there.</summary>
    /// <param name="missing">The answer that has proved wrong: the queue is declared again unless somebody has done so since.</param>
    /// <returns>Evidence to publish by; null when the broker is away or has the queue with other arguments.</returns>
    public async Task<object?> EnsureAsync(string queue, string lane, object? missing, CancellationToken ct)
    {
        if (broker.Current is not { } connection)
            return null;
        if (Answered(queue, connection, missing) is { } known)
            return known.Problem is null ? known : null;
        await _one.WaitAsync(ct);
        try
        {
            var answer = Answered(queue, connection, missing) ?? await DeclareAsync(connection, queue, lane, ct);
            return answer.Problem is null ? answer : null;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The last answer about this queue on this connection, unless it is the one that proved wrong.</summary>
    private LaneQueue? Answered(string queue, IConnection connection, object? missing) =>
        _queues.TryGetValue(queue, out var known) && ReferenceEquals(known.Connection, connection) && !ReferenceEquals(known, missing) ? known : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        IConnection? checkedOn = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (broker.Current is { } connection)
                {
                    await CheckAsync(connection, stoppingToken);
                    checkedOn = connection;
                }
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                log.CheckFailed(error.Message);
            }
            // A broker that has just come back is looked after at once.
            for (var waited = TimeSpan.Zero; waited < CheckEvery && (broker.Current is not { } now || ReferenceEquals(now, checkedOn)); waited += TimeSpan.FromSeconds(0.5))
                await Task.Delay(TimeSpan.FromSeconds(0.5), clock, stoppingToken);
        }
    }

    /// <summary>Declares everything that is known to be needed, again.</summary>
    internal async Task CheckAsync(IConnection connection, CancellationToken ct)
    {
        List<string> lanes;
        await using (var scope = scopes.CreateAsyncScope())
            lanes = await scope.ServiceProvider.GetRequiredService<BoardDbContext>().Lanes.Select(l => l.Name).ToListAsync(ct);
        await _one.WaitAsync(ct);
        try
        {
            foreach (var lane in lanes)
                _queues.TryAdd(BusNames.LaneQueue(lane, ""), new LaneQueue(lane, null, null));
            foreach (var (queue, known) in _queues)
                await DeclareAsync(connection, queue, known.Lane, ct);
            // Last: where one of these is of another kind, the lanes have been looked after already.
            var channel = await ChannelAsync(connection, ct);
            await channel.QueueDeclareAsync(BusNames.DeadLetters, durable: true, exclusive: false, autoDelete: false, Quorum, cancellationToken: ct);
            await channel.ExchangeDeclareAsync(BusNames.Events, ExchangeType.Topic, durable: true, cancellationToken: ct);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<LaneQueue> DeclareAsync(IConnection connection, string queue, string lane, CancellationToken ct)
    {
        string? problem = null;
        try
        {
            var channel = await ChannelAsync(connection, ct);
            await channel.ExchangeDeclareAsync(queue, ExchangeType.Fanout, durable: true, cancellationToken: ct);
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, Quorum, cancellationToken: ct);
            await channel.QueueBindAsync(queue, queue, "", cancellationToken: ct);
        }
        catch (OperationInterruptedException refused) when (refused.ShutdownReason is { Initiator: ShutdownInitiator.Peer, ReplyCode: 403 or 405 or 406 } reason)
        {
            problem = Sentence(queue, reason.ReplyText);
        }
        if (problem is not null && (!_queues.TryGetValue(queue, out var before) || before.Problem != problem))
            log.LaneDegraded(lane, problem);
        else if (problem is null && _queues.TryGetValue(queue, out before) && before.Problem is not null)
            log.LaneWhole(lane, queue);
        return _queues[queue] = new LaneQueue(lane, connection, problem);
    }

    /// <summary>A refused declaration closes its channel, so one is opened as needed.</summary>
    private async Task<IChannel> ChannelAsync(IConnection connection, CancellationToken ct)
    {
        if (_channel is { IsOpen: true })
            return _channel;
        if (_channel is not null)
            await _channel.DisposeAsync();
        return _channel = await connection.CreateChannelAsync(cancellationToken: ct);
    }

    internal static string Sentence(string queue, string reply)
    {
        var match = Inequivalent().Match(reply);
        return match.Success
            ? $"The {match.Groups["what"].Value} '{queue}' exists with other arguments: {match.Groups["argument"].Value} is {Value(match.Groups["found"].Value)}, wanted {Value(match.Groups["wanted"].Value)}. Delete it by hand and the board makes it anew."
            : $"The broker refuses the queue '{queue}': {reply}";
    }

    private static string Value(string said) => Quoted().Match(said) is { Success: true } value ? value.Value : said;

    // 3.10: inequivalent arg 'x-queue-type' for queue 'q' in vhost '/': received 'quorum' but current is 'classic'
    // also: ... received none but current is the value '5' of type 'signedint'
    [GeneratedRegex("inequivalent arg '(?<argument>[^']+)' for (?<what>queue|exchange) .*: received (?<wanted>.+) but current is (?<found>.+)$")]
    private static partial Regex Inequivalent();

    [GeneratedRegex("'[^']*'")]
    private static partial Regex Quoted();

    /// <summary>One answer of the broker about a queue; compared by reference.</summary>
    private sealed class LaneQueue(string lane, IConnection? connection, string? problem)
    {
        public string Lane => lane;
        public IConnection? Connection => connection;
        public string? Problem => problem;
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }
}

internal static partial class LaneTopologyLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Lane {Lane} is degraded. {Problem}")]
    public static partial void LaneDegraded(this ILogger log, string lane, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "Lane {Lane} is whole again: the queue '{Queue}' is as wanted")]
    public static partial void LaneWhole(this ILogger log, string lane, string queue);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker's queues could not be checked; tried again in ten seconds: {Reason}")]
    public static partial void CheckFailed(this ILogger log, string reason);
}
