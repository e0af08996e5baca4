using System.Text;
using System.Text.Json;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Kanban.Bus.Board.DeadLetters;

/// <summary>Takes what arrives on <c>kanban.dead-letters</c> into rows: messages that the broker itself set aside by an operator's policy, or that anybody put there.</summary>
/// <remarks>An offer is no dead letter, however often it was delivered: its run's row stands and publishes it again.</remarks>
public sealed class DeadLetterInbox(
    BrokerConnection broker, IServiceScopeFactory scopes, BoardReadiness readiness, TimeProvider clock, ILogger<DeadLetterInbox> log) : BackgroundService
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (broker.Current is { } connection)
                    await ConsumeAsync(connection, stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                log.NotTaken(BusNames.DeadLetters, error.Message);
            }
            await Task.Delay(LookAgain, clock, stoppingToken);
        }
    }

    /// <summary>Returns when the queue or the connection is gone, throws when a row could not be written; what was not acked comes again.</summary>
    private async Task ConsumeAsync(IConnection connection, CancellationToken ct)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        await channel.QueueDeclareAsync(BusNames.DeadLetters, durable: true, exclusive: false, autoDelete: false, LaneQueue.Quorum, cancellationToken: ct);
        await channel.BasicQosAsync(0, prefetchCount: 10, global: false, ct);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, _) => Ended();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.UnregisteredAsync += (_, _) => Ended();
        consumer.ReceivedAsync += async (_, message) =>
        {
            try
            {
                await TakeAsync(message, ct);
                await channel.BasicAckAsync(message.DeliveryTag, multiple: false, ct);
            }
            catch (Exception error)
            {
                ended.TrySetException(error);
            }
        };
        await channel.BasicConsumeAsync(BusNames.DeadLetters, autoAck: false, consumer, ct);
        await ended.Task.WaitAsync(ct);

        Task Ended()
        {
            ended.TrySetResult();
            return Task.CompletedTask;
        }
    }

    private async Task TakeAsync(BasicDeliverEventArgs message, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BoardDbContext>();
        var body = message.Body.ToArray();
        var queue = Header(message, "x-first-death-queue") ?? BusNames.DeadLetters;
        var why = Header(message, "x-first-death-reason") ?? "it was put here";
        if (RunOf(body) is { } runId && await db.Runs.AnyAsync(r => r.CorrelationId == runId, ct))
        {
            log.OfferSetAside(runId, queue, why);
            return;
        }
        await db.InTransactionAsync(async () => await SetAside.AddAsync(db, new SetAside
        {
            Queue = SetAside.Plain(queue, 255),
            Reason = SetAside.Plain($"set aside by the broker: {why}", Limits.ReasonLength),
            SentBy = Actors.Board,
            ContentType = message.BasicProperties.ContentType is { } type ? SetAside.Plain(type, 255) : null,
            Body = body.Length > SetAside.MaxBody ? body[..SetAside.MaxBody] : body,
            Bytes = body.Length,
            At = await db.NowAsync(ct),
        }, workerId: null, ct), ct);
    }

    /// <summary>The run of a message that reads as an offer.</summary>
    private static Guid? RunOf(byte[] body)
    {
        try
        {
            return body.Length > SetAside.MaxBody ? null : JsonSerializer.Deserialize<RunOffered>(body, Json.Client)?.RunId;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Header(BasicDeliverEventArgs message, string name) =>
        message.BasicProperties.Headers is { } headers && headers.TryGetValue(name, out var value) && value is byte[] { Length: > 0 and <= 255 } text ? Encoding.UTF8.GetString(text) : null;
}

internal static partial class DeadLetterInboxLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Messages on {Queue} could not be taken; tried again: {Reason}")]
    public static partial void NotTaken(this ILogger log, string queue, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The broker set an offer of run {RunId} on {Queue} aside ({Reason}); it is published again if nobody claims it")]
    public static partial void OfferSetAside(this ILogger log, Guid runId, string queue, string reason);
}
