namespace Kanban.Bus.Contracts;

/// <summary>Worker → board, with a worker token: I am here. A new registration of an id ends its older session; while that belongs to another instance and lives, the newer one is refused.</summary>
/// <param name="Id">Stable over restarts of the same worker; default host and process name.</param>
/// <param name="Capabilities">What it has: <c>cuda</c>, <c>repo=web</c>, <c>mem=128</c>.</param>
/// <param name="Lanes">Slots per lane it serves, 1 to 10,000 each.</param>
/// <param name="Profiles">Names of the profiles its host defines.</param>
/// <param name="Version">The worker's own version.</param>
/// <param name="Protocol">Version of this protocol; the board answers 426 to one it does not speak.</param>
/// <param name="Held">Runs it still holds from before, with their tokens: taken up again if their leases stand.</param>
/// <param name="ProcessId">For display, and on a single host for liveness.</param>
/// <param name="BootId">The host's boot id; a change says that every process is gone.</param>
/// <param name="Instance">Names the state directory that one process at a time may use: the same one says that the older process is gone. Without it, the newer one always wins.</param>
/// <param name="OldestProtocol">The oldest version that it understands too; null for <paramref name="Protocol"/> alone.</param>
public sealed record RegisterWorker(
    string Id,
    string Host,
    IReadOnlyDictionary<string, int> Lanes,
    IReadOnlyList<string> Capabilities,
    IReadOnlyList<string> Profiles,
    string Version,
    int Protocol,
    IReadOnlyList<HeldRun> Held,
    int ProcessId,
    string? BootId,
    string? Instance = null,
    int? OldestProtocol = null);

public sealed record HeldRun(Guid RunId, long FencingToken);

/// <summary>Board → worker: how to talk from here on.</summary>
/// <param name="SessionToken">Bearer token of this registration, for heartbeats, claims and finishes.</param>
/// <param name="Broker">Where to pull offers; null in single-host mode, where the bus is in the process.</param>
/// <param name="Protocol">The version that both speak from here on.</param>
public sealed record Registered(string WorkerId, string SessionToken, double HeartbeatSeconds, double LeaseSeconds, BrokerAddress? Broker, Orders Orders, int Protocol = 1);

/// <param name="Uri"><c>amqp://user:password@host:port/vhost</c>, or <c>amqps://</c>.</param>
public sealed record BrokerAddress(string Uri);

/// <summary>Worker → board, one per worker per interval: renews the leases of all its runs with one statement.</summary>
/// <param name="Load">One-minute load average of the host, for display.</param>
/// <param name="Met">What its runs met of their gateways since the last heartbeat; null for nothing.</param>
/// <param name="Quiet">Why it takes no new work for now (its host is short of memory, disk or processor time); null when it does.</param>
/// <param name="Progress">Of runs of which something is new; null for none.</param>
public sealed record Heartbeat(
    IReadOnlyList<HeldRun> Runs, IReadOnlyDictionary<string, int> FreeSlots, bool Draining, double? Load = null, IReadOnlyList<RunMet>? Met = null,
    string? Quiet = null, IReadOnlyList<RunProgress>? Progress = null);

/// <summary>What is known of a run's agent while it works.</summary>
/// <param name="Session">At most 200 characters.</param>
/// <param name="Heard">Ids of comments that the worker has spoken into the agent's session; null for none.</param>
public sealed record RunProgress(Guid RunId, long FencingToken, string? Session, AgentUsage? Usage, IReadOnlyList<long>? Heard = null);

/// <summary>What a run met of the gateways it draws from.</summary>
/// <param name="Refused">Requests that were answered 429 or 503.</param>
/// <param name="TimedOut">Requests that it gave up.</param>
/// <param name="Answered">Requests that were answered and whose time is known.</param>
/// <param name="AnsweredMs">How long these took, together.</param>
public sealed record RunMet(Guid RunId, long FencingToken, int Refused, int TimedOut, int Answered, double AnsweredMs);

/// <summary>Board → worker, in answer to registration and to each heartbeat.</summary>
/// <param name="Drain">Take no new work; leave when the running work has ended.</param>
/// <param name="Queues">Every queue to consume now, with the lane whose slots it feeds.</param>
/// <param name="Stop">Runs to end, with why; the worker reports them as <c>stopped</c>.</param>
/// <param name="Forget">Runs whose lease is gone: end them; a result is kept as late.</param>
/// <param name="Messages">Comments on the tasks of its runs that these have not seen; told again until they have. Null for none.</param>
public sealed record Orders(
    bool Drain, IReadOnlyList<QueueOrder> Queues, IReadOnlyList<StopOrder> Stop, IReadOnlyList<Guid> Forget, IReadOnlyList<RunMessage>? Messages = null);

/// <summary>Board → worker → run, as a line of the file <c>KANBAN_INBOX_FILE</c>.</summary>
public sealed record RunMessage(Guid RunId, CommentView Comment);

public sealed record QueueOrder(string Queue, string Lane);

public sealed record StopOrder(Guid RunId, string Reason);

/// <summary>Worker → board: a message it could not read or handle, with why. The board keeps it for a person.</summary>
/// <param name="Body">The message's bytes, base64; cut at 64 KiB.</param>
/// <param name="Bytes">How many it had, where the body is cut; null: the body is whole.</param>
public sealed record DeadLetter(string Queue, string Reason, byte[] Body, string? ContentType, long? Bytes = null);

/// <summary>A message that was put aside.</summary>
/// <param name="Queue">Whence it came, and where a resend puts it.</param>
/// <param name="From">Who could not read it: <c>worker:gpu-1</c>, or <c>board</c> for what the broker set aside.</param>
/// <param name="Bytes">Of the message; more than <paramref name="Body"/> holds where it was cut.</param>
/// <param name="Body">Its bytes, base64, at most 64 KiB; only in the answer about one.</param>
public sealed record DeadLetterView(Guid Id, string Queue, string Reason, string From, DateTimeOffset At, string? ContentType, long Bytes, byte[]? Body);

public enum WorkerState
{
    Live,

    /// <summary>Takes no new work for now: its host is short of something.</summary>
    Quiet,

    /// <summary>Takes no new work.</summary>
    Draining,

    /// <summary>No heartbeat for a lease's length.</summary>
    Gone,

    /// <summary>It said goodbye.</summary>
    Left,
}

/// <param name="Quiet">What its host is short of, while it takes no new work for that.</param>
public sealed record WorkerView(
    string Id,
    string Host,
    WorkerState State,
    IReadOnlyList<WorkerLane> Lanes,
    IReadOnlyList<string> Capabilities,
    IReadOnlyList<string> Profiles,
    string Version,
    DateTimeOffset RegisteredAt,
    DateTimeOffset HeartbeatAt,
    double? Load,
    int ProcessId,
    IReadOnlyList<RunView> Runs,
    string? Quiet = null);

public sealed record WorkerLane(string Lane, int Slots, int Running);

/// <summary>The protocol between worker and board.</summary>
public static class WorkerProtocol
{
    /// <summary>What this build speaks.</summary>
    public const int Version = 1;

    /// <summary>The oldest that it still understands. From here to <see cref="Version"/> either side may be the older one.</summary>
    public const int Oldest = 1;

    /// <summary>Whether two ranges meet; each side says its own, and the newest that both know is spoken.</summary>
    public static int? Common(int oldest, int newest) => Math.Min(newest, Version) is var common && common >= Math.Max(oldest, Oldest) ? common : null;
}
