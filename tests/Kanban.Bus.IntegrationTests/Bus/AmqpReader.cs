using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Kanban.Bus.IntegrationTests.Bus;

/// <summary>Some other program on the broker: takes what comes on a queue.</summary>
internal sealed class AmqpReader : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly Channel<BasicDeliverEventArgs> _messages = System.Threading.Channels.Channel.CreateUnbounded<BasicDeliverEventArgs>();

    private AmqpReader(IConnection connection, IChannel channel)
    {
        _connection = connection;
        Broker = channel;
    }

    public IChannel Broker { get; }

    public ChannelReader<BasicDeliverEventArgs> Messages => _messages.Reader;

    public static async Task<AmqpReader> ConnectAsync(string uri)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(uri), ClientProvidedName = "test" }.CreateConnectionAsync();
        return new AmqpReader(connection, await connection.CreateChannelAsync());
    }

    /// <summary>Consumes with acks at once. The queue must exist.</summary>
    public async Task<AmqpReader> ReadAsync(string queue)
    {
        var consumer = new AsyncEventingBasicConsumer(Broker);
        consumer.ReceivedAsync += (_, message) =>
        {
            // The body's memory is the client's own again when this returns.
            _messages.Writer.TryWrite(new BasicDeliverEventArgs(
                message.ConsumerTag, message.DeliveryTag, message.Redelivered, message.Exchange, message.RoutingKey, message.BasicProperties, message.Body.ToArray()));
            return Task.CompletedTask;
        };
        await Broker.BasicConsumeAsync(queue, autoAck: true, consumer);
        return this;
    }

    public async ValueTask DisposeAsync() => await _connection.DisposeAsync();
}
