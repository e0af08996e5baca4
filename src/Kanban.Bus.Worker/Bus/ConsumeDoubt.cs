namespace Kanban.Bus.Worker.Bus;

/// <summary>Whether an endpoint that says it consumes really does, by the broker's word and by what came. Two looks in a row must agree: between them a message may have been on its way.</summary>
/// <param name="prefetch">How many deliveries the endpoint holds at most.</param>
internal sealed class ConsumeDoubt(int prefetch)
{
    private long _count;
    private bool _doubted;

    /// <summary>Why the queue must be joined anew; null while nothing speaks for it.</summary>
    /// <param name="seen">Null when the broker has no such queue.</param>
    /// <param name="count">How many deliveries came ever.</param>
    /// <param name="held">How many of them are un-acked.</param>
    public string? After(QueueSeen? seen, long count, int held)
    {
        var silent = count == _count;
        _count = count;
        var doubt = seen switch
        {
            null => "the broker has no such queue",
            { Consumers: 0 } => "the broker knows no consumer of it",
            { Waiting: > 0 } when silent && held < prefetch =>
                $"{seen.Waiting} messages wait on it, {held} of {prefetch} are held here, and none comes",
            _ => null,
        };
        var sure = _doubted;
        _doubted = doubt is not null;
        return sure ? doubt : null;
    }
}
