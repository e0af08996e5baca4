namespace Kanban.Bus.Contracts;

/// <summary>Something that a person should look at, for as long as its cause lasts. It clears by itself when the cause is gone.</summary>
/// <param name="Subject">What it is about: a task's key, or the name of a lane, pool, schedule, worker or queue; <c>artifacts</c> for the disk that they lie on, <c>broker</c> for the one there is.</param>
/// <param name="Reason">As of the last time that its cause was met.</param>
/// <param name="Count">How often its cause was met since it was raised.</param>
/// <param name="AcknowledgedBy">Who has said that they see to it; null while nobody has.</param>
/// <param name="Note">What they said with it.</param>
/// <param name="ClearedAt">When its cause was found gone; null while it lasts.</param>
public sealed record AlarmView(
    Guid Id,
    AlarmKind Kind,
    string Subject,
    string Reason,
    DateTimeOffset Since,
    DateTimeOffset LastSeenAt,
    int Count,
    string? AcknowledgedBy,
    DateTimeOffset? AcknowledgedAt,
    string? Note,
    DateTimeOffset? ClearedAt);

/// <summary>Each says what raises it; what is said of an end is what clears it.</summary>
public enum AlarmKind
{
    /// <summary>A task has reached its lane's ceiling of runs within a day, until it is no longer blocked.</summary>
    TooManyRuns,

    /// <summary>A lane's breaker, until it closes.</summary>
    BreakerOpened,

    /// <summary>A gateway's probe gets no answer, so its cap stands still, until the cap may move again.</summary>
    ProbeDead,

    /// <summary>A file was refused for want of disk, until the largest that is allowed would fit.</summary>
    NoRoom,

    /// <summary>A schedule could not make its task, until it has made one.</summary>
    ScheduleFailed,

    /// <summary>Messages that nobody could read, until none is left.</summary>
    DeadLetters,

    /// <summary>A worker takes nothing new for its host's sake, until it does again or has left.</summary>
    WorkerQuiet,

    /// <summary>A board can't reach the broker, or the broker takes no messages; until no board has met that for 15 s.</summary>
    BrokerAway,
}
