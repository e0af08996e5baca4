using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Kanban.Bus.Board.Events;

/// <summary>Hears of other replicas' events by the broker, so that this one's tails and admission look at once. A hint: they also look by themselves.</summary>
public sealed class ReplicaHints(
    BrokerConnection broker, EventSignal events, AdmissionSignal admission, TimeProvider clock, ILogger<ReplicaHints> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
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
        await channel.ExchangeDeclareAsync(BusNames.Events, ExchangeType.Topic, durable: true, cancellationToken: ct);
        // A name of its own each time: the connection's end, which deletes the queue, may not have reached the broker yet.
        var queue = $"{BusNames.Events}.{Environment.MachineName}.{Guid.CreateVersion7():N}";
        // Exclusive: it goes with the connection, on every version of the broker.
        await channel.QueueDeclareAsync(queue, durable: false, exclusive: true, autoDelete: true,
            new Dictionary<string, object?> { ["x-max-length"] = 100 }, cancellationToken: ct);
        await channel.QueueBindAsync(queue, BusNames.Events, "#", cancellationToken: ct);

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, _) => Ended();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.UnregisteredAsync += (_, _) => Ended();
        consumer.ReceivedAsync += (_, _) =>
        {
            events.Ring();
            admission.Wake();
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
    [LoggerMessage(Level = LogLevel.Warning, Message = "Hints from other replicas are not heard for the moment: {Reason}")]
    public static partial void HintsLost(this ILogger log, string reason);
}
