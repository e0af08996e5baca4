using System.Diagnostics;
using RabbitMQ.Client;

namespace Kanban.Bus.Board.Hosting;

/// <summary>The board's plain connection to RabbitMQ, for what is not an offer: queues, events, hints, dead letters. Comes back by itself.</summary>
/// <remarks>It is also how the board knows whether the broker is there.</remarks>
public sealed class BrokerConnection(BrokerUri address, TimeProvider clock, ILogger<BrokerConnection> log) : BackgroundService
{
    /// <summary>A silent peer is noticed after three times this.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for any one answer of the broker.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan SayAgainAfter = TimeSpan.FromMinutes(1);

    private volatile IConnection? _connection;
    private DateTimeOffset? _awaySince = clock.GetUtcNow();
    private string _reason = "it has not answered yet";

    /// <summary>What the management UI shows: <c>board@host</c>.</summary>
    public static string Named(string role) => $"{role}@{Environment.MachineName}";

    /// <summary>The open connection; null while the broker is away. A different object after every reconnect.</summary>
    public IConnection? Current => _connection is { IsOpen: true } open ? open : null;

    /// <summary>Says that the broker is away and since when; null while it is there.</summary>
    public string? Problem => Current is not null || _awaySince is not { } since
        ? null
        : $"The broker at {address.Display} can't be reached since {since:u}: {_reason}. Offers wait; running work goes on.";

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
    }.CreateConnectionAsync(ct);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var saidAt = DateTimeOffset.MinValue;
        var wait = TimeSpan.FromSeconds(0.5);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await OpenAsync("board-topology", stoppingToken);
                var lost = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
                connection.ConnectionShutdownAsync += (_, reason) =>
                {
                    lost.TrySetResult(reason.ReplyText);
                    return Task.CompletedTask;
                };
                _connection = connection;
                _awaySince = null;
                wait = TimeSpan.FromSeconds(0.5);
                log.Connected(address.Display);
                _reason = connection.IsOpen ? await lost.Task.WaitAsync(stoppingToken) : connection.CloseReason?.ReplyText ?? "closed";
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                _reason = error.InnerException?.Message ?? error.Message;
            }
            finally
            {
                _connection = null;
                _awaySince ??= clock.GetUtcNow();
            }
            if (clock.GetUtcNow() - saidAt > SayAgainAfter)
            {
                saidAt = clock.GetUtcNow();
                log.Away(Problem ?? throw new UnreachableException());
            }
            await Task.Delay(wait * (0.5 + Random.Shared.NextDouble()), clock, stoppingToken);
            wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, TimeSpan.FromSeconds(10).Ticks));
        }
    }
}

internal static partial class BrokerConnectionLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Connected to the broker at {Address}")]
    public static partial void Connected(this ILogger log, string address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    public static partial void Away(this ILogger log, string problem);
}
