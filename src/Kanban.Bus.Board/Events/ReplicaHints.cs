using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Kanban.Bus.Board.Events;

/// <summary>Tells other replicas that this one has committed events, and hears it of them, so that tails and admission look at once. A hint: they also look by themselves.</summary>
/// <remarks>It listens on a connection of its own, because an alarm of the broker blocks those that publish.</remarks>
public sealed class ReplicaHints(
    BrokerConnection broker, BrokerPublisher publisher, EventSignal events, AdmissionSignal admission, TimeProvider clock, ILogger<ReplicaHints> log) : BackgroundService
{
    /// <summary>Commits of one burst are one hint.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(25);

    private readonly string _id = Guid.CreateVersion7().ToString("N");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(TellAsync(stoppingToken), HearAsync(stoppingToken));

    private async Task TellAsync(CancellationToken ct)
    {
        var next = events.NextOwn;
        while (!ct.IsCancellationRequested)
        {
            await next.WaitAsync(ct);
            // Before the hint goes out: what is committed from here on is told by the next one.
            next = events.NextOwn;
            try
            {
                if (broker.Current is not null)
                    await publisher.ReplicaHintAsync(_id, ct);
            }
            catch (BrokerUnavailableException error)
            {
                log.HintNotTold(error.Message);
            }
            await Task.Delay(Between, clock, ct);
        }
    }

    private async Task HearAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (broker.Current is { } connection)
                    await ListenAsync(connection, stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                log.HintsLost(error.Message);
            }
            await Task.Delay(TimeSpan.FromSeconds(1), clock, stoppingToken);
        }
    }

    /// <summary>Returns when the connection or the queue is gone.</summary>
    private async Task ListenAsync(IConnection connection, CancellationToken ct)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        await channel.ExchangeDeclareAsync(BusNames.Hints, ExchangeType.Fanout, durable: true, cancellationToken: ct);
        // A name of its own each time: the connection's end, which deletes the queue, may not have reached the broker yet.
        var queue = $"{BusNames.Hints}.{Environment.MachineName}.{Guid.CreateVersion7():N}";
        // Exclusive: it goes with the connection, on every version of the broker.
        await channel.QueueDeclareAsync(queue, durable: false, exclusive: true, autoDelete: true,
            new Dictionary<string, object?> { ["x-max-length"] = 100 }, cancellationToken: ct);
        await channel.QueueBindAsync(queue, BusNames.Hints, "", cancellationToken: ct);

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, _) => Ended();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.UnregisteredAsync += (_, _) => Ended();
        consumer.ReceivedAsync += (_, hint) =>
        {
            if (hint.BasicProperties.AppId != _id)
            {
                events.Ring();
                admission.Wake();
            }
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer, ct);
        await ended.Task.WaitAsync(ct);

        Task Ended()
        {
            ended.TrySetResult();
            return Task.CompletedTask;
        }
    }
}

internal static partial class ReplicaHintsLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Other replicas were not told of this one's events; they look by themselves: {Reason}")]
    public static partial void HintNotTold(this ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Hints from other replicas are not heard for the moment: {Reason}")]
    public static partial void HintsLost(this ILogger log, string reason);
}
