namespace Kanban.Bus.Worker.Bus;

/// <summary>Queues in the memory of the process that board and worker share.</summary>
public interface ISharedQueues
{
    /// <param name="atOnce">The most messages that are with <paramref name="take"/> at one time.</param>
    ISharedQueue Join(string queue, int atOnce, Func<Delivery, Task> take);
}

/// <summary>A queue that was joined.</summary>
public interface ISharedQueue
{
    bool IsConsumed { get; }

    /// <summary>No more messages; returns when those that are held were acked.</summary>
    Task LeaveAsync();
}
