namespace Kanban.Bus.Contracts;

/// <summary>What queues and exchanges are called: read them in RabbitMQ's management UI.</summary>
public static class BusNames
{
    /// <summary>Topic exchange of every board event, as CloudEvents JSON. Routing key: the event's type.</summary>
    public const string Events = "kanban.events";

    /// <summary>Fanout exchange by which replicas of the board tell each other that there is something new to read.</summary>
    public const string Hints = "kanban.hints";

    /// <summary>Quorum queue for what the broker sets aside by an operator's policy. The board takes it into its list of dead letters.</summary>
    public const string DeadLetters = "kanban.dead-letters";

    /// <summary>The broker ends the queue of a requirement set that nobody has consumed for this long. Board and workers declare it alike.</summary>
    public static readonly TimeSpan SetQueueExpiry = TimeSpan.FromHours(1);

    private const string LanePrefix = "kanban.lane.";

    /// <summary>Queue of a lane's offers whose tasks share one requirement set.</summary>
    /// <param name="set">From the board; empty for offers that any worker of the lane may take.</param>
    /// <remarks>
    /// MassTransit takes letters, digits and <c>- _ . :</c> in a name, so <c>host=box+cuda+mem&gt;=64</c> reads <c>host:box_cuda_mem::64</c>.
    /// An underscore of a value is doubled, so that two sets never share a queue.
    /// </remarks>
    public static string LaneQueue(string lane, string set) => set.Length == 0
        ? LanePrefix + lane
        : $"{LanePrefix}{lane}.{set.Replace("_", "__", StringComparison.Ordinal).Replace(">=", "::", StringComparison.Ordinal).Replace('=', ':').Replace('+', '_')}";

    public static bool IsLaneQueue(string queue) => queue.StartsWith(LanePrefix, StringComparison.Ordinal);

    /// <summary>Queue of hints for one worker; it expires when unused.</summary>
    public static string WorkerQueue(string workerId) => "kanban.worker." + workerId;
}
