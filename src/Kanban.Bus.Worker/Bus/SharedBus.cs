namespace Kanban.Bus.Worker.Bus;

/// <summary>Single host: the queues of the process that the board and the worker share.</summary>
internal sealed class SharedBus(ISharedQueues queues, TimeProvider clock) : IWorkerBus
{
    public BrokerProbe? Probe => null;

    public string Address => "the bus in this process";

    public Task StartAsync(CancellationToken ct) => Task.CompletedTask;

    public Task RestartAsync(CancellationToken ct) => Task.CompletedTask;

    public IQueueConsumer Join(QueueShape queue, Deliveries deliveries) =>
        new Consumer(queues.Join(queue.Name, queue.Prefetch, delivery => deliveries.PassAsync(delivery, _ => Task.CompletedTask)), clock);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Consumer(ISharedQueue queue, TimeProvider clock) : IQueueConsumer
    {
        private readonly long _joined = clock.GetTimestamp();
        private readonly Lazy<Task> _left = new(queue.LeaveAsync);

        public TimeSpan? Down => queue.IsConsumed ? null : clock.GetElapsedTime(_joined);

        public Exception? Fault => null;

        public Task Left => _left.Value;

        public void Leave() => _ = _left.Value;
    }
}
