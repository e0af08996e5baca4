using System.Collections.Concurrent;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;
using RabbitMQ.Client;

namespace Kanban.Bus.Board.Hosting;

/// <summary>Declares what the board needs on RabbitMQ, and looks every ten seconds whether it is still there.</summary>
/// <remarks>The queues of requirement sets are declared while they have offers. One that is not needed for long ends by itself on the broker.</remarks>
public sealed class LaneTopology(
    BrokerConnection broker, IServiceScopeFactory scopes, BoardReadiness readiness, TimeProvider clock, ILogger<LaneTopology> log) : BackgroundService
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(10);

    /// <summary>A set without an offer for this long is not declared any more.</summary>
    private static readonly TimeSpan Needed = TimeSpan.FromMinutes(15);

    /// <summary>By now the broker has ended its queue; its exchange is left.</summary>
    private static readonly TimeSpan Ended = Needed + (2 * BusNames.SetQueueExpiry);

    private readonly ConcurrentDictionary<string, LaneQueue> _queues = new();

    /// <summary>The first problem known of any of a lane's queues; null when there is none.</summary>
    public string? ProblemOf(string lane) => _queues.Values.FirstOrDefault(q => q.Lane == lane && q.Problem is not null)?.Problem;

    public bool IsRefused(string lane) => _queues.Values.Any(q => q.Lane == lane && q.Refused);

    /// <summary>Makes sure that a lane's queue is there.</summary>
    /// <param name="missing">The answer that has proved wrong: the queue is declared again unless somebody has done so since.</param>
    /// <returns>Evidence to publish by; null when the broker is away, has the queue with other arguments, or does not answer about it.</returns>
    public async Task<object?> EnsureAsync(string queue, string lane, object? missing, CancellationToken ct)
    {
        if (broker.Current is not { } connection)
            return null;
        var known = Queue(queue, lane);
        var before = known.Problem;
        var answer = await known.AskAsync(connection, missing, ct);
        Tell(known, before);
        return answer.Problem is null ? answer : null;
    }

    /// <summary>Counts the messages of a queue that nobody has taken; declares it when it is missing.</summary>
    public async Task<bool> HoldsAsync(string queue, string lane, int messages, CancellationToken ct) =>
        broker.Current is { } connection && (await Queue(queue, lane).DeclareAgainAsync(connection, ct)) is { Problem: null } answer && answer.Waiting >= messages;

    /// <summary>A publish to this queue was not confirmed in time.</summary>
    public void Doubt(string queue)
    {
        if (_queues.TryGetValue(queue, out var known))
            known.Doubtful = true;
    }

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
                    await RenewSilentAsync(connection, all: !ReferenceEquals(connection, checkedOn), stoppingToken);
                    checkedOn = connection;
                }
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                log.CheckFailed(error.Message);
            }
            // A broker that has just come back is looked after at once, and so is a queue in doubt.
            for (var waited = TimeSpan.Zero; waited < CheckEvery && (broker.Current is not { } now || ReferenceEquals(now, checkedOn)) && !_queues.Values.Any(q => q.Doubtful); waited += TimeSpan.FromSeconds(0.5))
                await Task.Delay(TimeSpan.FromSeconds(0.5), clock, stoppingToken);
        }
    }

    /// <summary>Declares everything that is known to be needed, again. Queues that do not answer hold up themselves alone.</summary>
    internal async Task CheckAsync(IConnection connection, CancellationToken ct)
    {
        List<string> lanes;
        await using (var scope = scopes.CreateAsyncScope())
            lanes = await scope.ServiceProvider.GetRequiredService<BoardDbContext>().Lanes.Select(l => l.Name).ToListAsync(ct);
        foreach (var lane in lanes)
            Queue(BusNames.LaneQueue(lane, ""), lane);
        await Parallel.ForEachAsync(_queues.Values, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = ct }, async (queue, stop) =>
        {
            if (queue.Idle > Ended)
                await ForgetAsync(connection, queue, stop);
            if (queue.Idle > Needed)
                return;
            var before = queue.Problem;
            await queue.DeclareAgainAsync(connection, stop);
            Tell(queue, before);
        });
        // Last: where one of these is of another kind, the lanes have been looked after already.
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        await channel.ExchangeDeclareAsync(BusNames.Events, ExchangeType.Topic, durable: true, cancellationToken: ct);
        await channel.QueueDeclareAsync(BusNames.DeadLetters, durable: true, exclusive: false, autoDelete: false, LaneQueue.Quorum, cancellationToken: ct);
    }

    /// <summary>Makes queues anew that exist and never answer: those in doubt, and of a broker that has just come back all.</summary>
    private async Task RenewSilentAsync(IConnection connection, bool all, CancellationToken ct)
    {
        var asked = _queues.Values.Where(q => (all || q.Doubtful) && q.Idle <= Needed).ToList();
        if (asked.Count == 0)
            return;
        var silent = await SilentQueues.FindAsync(broker, [.. asked.Select(q => q.Name)], ct);
        foreach (var queue in asked)
            queue.Doubtful = false;
        if (silent.Count == 0)
            return;
        log.Silent(string.Join(", ", silent));
        await SilentQueues.DeleteAsync(broker, silent, ct);
        foreach (var queue in asked.Where(q => silent.Contains(q.Name)))
            await queue.DeclareAgainAsync(connection, ct);
    }

    private LaneQueue Queue(string name, string lane) => _queues.GetOrAdd(name, _ => new LaneQueue(name, lane, clock));

    /// <summary>Deletes a set's exchange, unless a queue is still bound to it.</summary>
    private async Task ForgetAsync(IConnection connection, LaneQueue queue, CancellationToken ct)
    {
        _queues.TryRemove(KeyValuePair.Create(queue.Name, queue));
        try
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
            await channel.ExchangeDeleteAsync(queue.Name, ifUnused: true, cancellationToken: ct);
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException used)
        {
            log.ExchangeKept(queue.Name, used.Message);
        }
    }

    private void Tell(LaneQueue queue, string? before)
    {
        if (queue.Problem is { } problem && problem != before)
            log.LaneDegraded(queue.Lane, problem);
        else if (queue.Problem is null && before is not null)
            log.LaneWhole(queue.Lane, queue.Name);
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

    [LoggerMessage(Level = LogLevel.Error, Message = "Queues that exist and never answer are deleted and made anew; what was in them is published again: {Queues}")]
    public static partial void Silent(this ILogger log, string queues);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The exchange '{Exchange}' of a queue that is not needed any more stays: {Reason}")]
    public static partial void ExchangeKept(this ILogger log, string exchange, string reason);
}
