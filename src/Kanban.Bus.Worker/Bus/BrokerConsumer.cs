using Kanban.Bus.Worker.Hosting;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Kanban.Bus.Worker.Bus;

/// <summary>Keeps one queue of the broker consumed, on a channel of its own: whatever ends that, the queue is declared and consumed again, until it is left.</summary>
internal sealed class BrokerConsumer : IQueueConsumer
{
    private static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(2);
    private readonly BrokerBus _bus;
    private readonly QueueShape _queue;
    private readonly Deliveries _deliveries;
    private readonly ConsumeState _state;
    private readonly Backoff _backoff;
    private readonly CancellationToken _leaving;
    private readonly Func<Task> _leave;

    public BrokerConsumer(BrokerBus bus, QueueShape queue, Deliveries deliveries, TimeProvider clock)
    {
        (_bus, _queue, _deliveries, _state) = (bus, queue, deliveries, new ConsumeState(clock));
        _backoff = new Backoff(clock, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(10));
        var leaving = new CancellationTokenSource();
        (_leaving, _leave) = (leaving.Token, leaving.CancelAsync);
        Left = Task.Run(ConsumeAsync, CancellationToken.None);
    }

    public TimeSpan? Down => _state.Down;

    public Exception? Fault => _state.Fault;

    public Task Left { get; }

    public void Leave() => _ = _leave();

    private async Task ConsumeAsync()
    {
        while (!_leaving.IsCancellationRequested)
        {
            try
            {
                await ConsumeOnAsync(await _bus.ConnectedAsync(_leaving));
            }
            catch (Exception e)
            {
                // Whoever looks after the queues says it, where it lasts.
                _state.Lost(e);
            }
            if (!_leaving.IsCancellationRequested)
                await _backoff.WaitAsync(_leaving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <exception cref="OperationInterruptedException">The channel was closed, or the broker has ended the consumer.</exception>
    private async Task ConsumeOnAsync(IConnection connection)
    {
        // Never disposed: deliveries look at its token after their channel is gone.
        var gone = new CancellationTokenSource();
        var over = new TaskCompletionSource<ShutdownEventArgs>(TaskCreationOptions.RunContinuationsAsynchronously);
        var channel = await connection.CreateChannelAsync(cancellationToken: _leaving);
        channel.ChannelShutdownAsync += (_, reason) =>
        {
            over.TrySetResult(reason);
            return gone.CancelAsync();
        };
        try
        {
            await DeclareAsync(channel);
            var tag = await channel.BasicConsumeAsync(_queue.Name, autoAck: false, new Consumer(channel, _deliveries, over, gone.Token), _leaving);
            _state.Ready();
            _backoff.Reset();
            await Task.WhenAny(over.Task, Task.Delay(Timeout.Infinite, _leaving));
            if (over.Task.IsCompleted)
                throw new OperationInterruptedException(await over.Task);
            await channel.BasicCancelAsync(tag);
            await _deliveries.NoneAsync();
        }
        finally
        {
            // Waits for nobody who takes a delivery: these are not the channel's.
            await channel.AbortAsync(CancellationToken.None).WaitAsync(AbortLimit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await gone.CancelAsync();
        }
    }

    private async Task DeclareAsync(IChannel channel)
    {
        var ct = _leaving;
        if (_queue.HasExchange)
            await channel.ExchangeDeclareAsync(_queue.Name, ExchangeType.Fanout, durable: true, cancellationToken: ct);
        await channel.QueueDeclareAsync(_queue.Name, durable: true, exclusive: false, autoDelete: false, _queue.Arguments, cancellationToken: ct);
        if (_queue.HasExchange)
            await channel.QueueBindAsync(_queue.Name, _queue.Name, "", cancellationToken: ct);
        await channel.BasicQosAsync(0, _queue.Prefetch, global: false, ct);
    }

    private sealed class Consumer(IChannel channel, Deliveries deliveries, TaskCompletionSource<ShutdownEventArgs> over, CancellationToken gone) : AsyncDefaultBasicConsumer(channel)
    {
        public override Task HandleBasicDeliverAsync(
            string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey, IReadOnlyBasicProperties properties,
            ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
        {
            // Only copied here: the channel waits for this method, also when it is to be closed.
            var delivery = Delivery.Of(body, properties.ContentType, gone);
            _ = Task.Run(() => deliveries.PassAsync(delivery, ack => SettleAsync(deliveryTag, ack)), CancellationToken.None);
            return Task.CompletedTask;
        }

        /// <summary>By the broker: its queue was deleted, or has lost its node.</summary>
        public override async Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
        {
            await base.HandleBasicCancelAsync(consumerTag, cancellationToken);
            over.TrySetResult(new ShutdownEventArgs(ShutdownInitiator.Peer, Constants.NotFound, "the broker has ended the consumer, as when its queue is deleted", cancellationToken: CancellationToken.None));
        }

        private Task SettleAsync(ulong deliveryTag, bool ack) => ack
            ? Channel.BasicAckAsync(deliveryTag, multiple: false).AsTask()
            : Channel.BasicNackAsync(deliveryTag, multiple: false, requeue: true).AsTask();
    }
}
