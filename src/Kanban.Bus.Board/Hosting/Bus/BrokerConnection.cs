using RabbitMQ.Client;

namespace Kanban.Bus.Board.Hosting;

/// <summary>The board's plain connection to RabbitMQ that never publishes: it declares queues and hears hints and dead letters. Comes back by itself.</summary>
/// <remarks>It is also how the board knows whether the broker is there, and whether it takes messages: an alarm blocks the connections that publish, and them alone.</remarks>
public sealed class BrokerConnection(BrokerUri address, TimeProvider clock, ILogger<BrokerConnection> log) : BackgroundService
{
    /// <summary>A silent peer is noticed after three times this.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for any one answer of the broker.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <summary>The most that RabbitMQ before 4.0 takes by default. A message past the client's bound would cost the whole connection, again at each delivery.</summary>
    public const uint MaxMessageBytes = 128 * 1024 * 1024;

    private static readonly TimeSpan SayAgainAfter = TimeSpan.FromMinutes(1);

    // Full jitter: each wait is drawn from zero to a bound that doubles, so that replicas do not come back together.
    private static readonly TimeSpan FirstBound = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastBound = TimeSpan.FromSeconds(30);

    private volatile IConnection? _connection;
    private volatile Fault? _away = new(clock.GetUtcNow(), "it has not answered yet");
    private volatile Fault? _blocked;

    /// <summary>What the management UI shows: <c>board@host</c>.</summary>
    public static string Named(string role) => $"{role}@{Environment.MachineName}";

    /// <summary>The open connection; null while the broker is away. A different object after every reconnect.</summary>
    public IConnection? Current => _connection is { IsOpen: true } open ? open : null;

    /// <summary>That the broker is away, or takes no messages; null while all is well.</summary>
    public BrokerTrouble? Trouble => (Current, _away, _blocked) switch
    {
        (null, { } away, _) => new(away.Since, $"The broker at {address.Display} can't be reached since {away.Since:u}: {away.Reason}. Offers wait; running work goes on."),
        (not null, _, { } blocked) => new(blocked.Since, $"The broker at {address.Display} takes no messages since {blocked.Since:u}: {blocked.Reason}. Offers wait; running work goes on."),
        _ => null,
    };

    /// <summary>The sentence of <see cref="Trouble"/>.</summary>
    public string? Problem => Trouble?.Sentence;

    /// <summary>Opens a connection of its own, which does not recover by itself.</summary>
    public Task<IConnection> OpenAsync(string name, CancellationToken ct) => new ConnectionFactory
    {
        Uri = address.Uri,
        ClientProvidedName = Named(name),
        AutomaticRecoveryEnabled = false,
        RequestedHeartbeat = Heartbeat,
        RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
        HandshakeContinuationTimeout = Deadline,
        ContinuationTimeout = Deadline,
        MaxInboundMessageBodySize = MaxMessageBytes,
    }.CreateConnectionAsync(ct);

    /// <summary>Learns from a connection that publishes whether the broker takes messages: only those are told.</summary>
    public void Heed(IConnection publishing)
    {
        publishing.ConnectionBlockedAsync += (_, alarm) => Blocked(new Fault(clock.GetUtcNow(), alarm.Reason));
        publishing.ConnectionUnblockedAsync += (_, _) => Blocked(null);
        publishing.ConnectionShutdownAsync += (_, _) => Blocked(null);

        Task Blocked(Fault? fault)
        {
            if (Interlocked.Exchange(ref _blocked, fault) is null != fault is null)
                log.Alarm(fault is null ? $"The broker at {address.Display} takes messages again" : $"The broker at {address.Display} takes no messages: {fault.Reason}");
            return Task.CompletedTask;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var saidAt = DateTimeOffset.MinValue;
        var bound = FirstBound;
        while (!stoppingToken.IsCancellationRequested)
        {
            string reason;
            try
            {
                await using var connection = await OpenAsync("board-topology", stoppingToken);
                var lost = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
                connection.ConnectionShutdownAsync += (_, shutdown) =>
                {
                    lost.TrySetResult(shutdown.ReplyText);
                    return Task.CompletedTask;
                };
                _connection = connection;
                _away = null;
                bound = FirstBound;
                log.Connected(address.Display);
                reason = connection.IsOpen ? await lost.Task.WaitAsync(stoppingToken) : connection.CloseReason?.ReplyText ?? "closed";
                _away = new Fault(clock.GetUtcNow(), reason);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                reason = error.InnerException?.Message ?? error.Message;
                _away = new Fault(_away?.Since ?? clock.GetUtcNow(), reason);
            }
            finally
            {
                _connection = null;
            }
            if (clock.GetUtcNow() - saidAt > SayAgainAfter)
            {
                saidAt = clock.GetUtcNow();
                log.Away(address.Display, _away.Since, reason);
            }
            await Task.Delay(bound * Random.Shared.NextDouble(), clock, stoppingToken);
            bound = bound * 2 < LastBound ? bound * 2 : LastBound;
        }
    }

    private sealed record Fault(DateTimeOffset Since, string Reason);
}

/// <summary>Why this board can't publish, and since when by its own clock.</summary>
public sealed record BrokerTrouble(DateTimeOffset Since, string Sentence);

internal static partial class BrokerConnectionLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Connected to the broker at {Address}")]
    public static partial void Connected(this ILogger log, string address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker at {Address} can't be reached since {Since:u}: {Reason}. Offers wait; running work goes on")]
    public static partial void Away(this ILogger log, string address, DateTimeOffset since, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Sentence}")]
    public static partial void Alarm(this ILogger log, string sentence);
}
