using System.Text.Json;

namespace Kanban.Bus.Contracts;

/// <summary>What a schedule does when its time comes and its last task has not ended.</summary>
public enum Overlap
{
    /// <summary>Nothing, this time.</summary>
    Skip,

    /// <summary>One more task waits until that one has ended.</summary>
    Queue,

    /// <summary>It is cancelled, and the new one follows when it has ended.</summary>
    Replace,

    /// <summary>It makes another one beside it; lanes and pools bound what runs.</summary>
    Allow,
}

/// <summary>What a schedule does about times that passed while no board was there.</summary>
public enum CatchUp
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>One task for the last of them.</summary>
    Last,

    /// <summary>One task for each of the last of them, up to a bound. Only with <see cref="Overlap.Allow"/>.</summary>
    All,
}

/// <summary>Person → board: tasks that come again and again.</summary>
/// <param name="Name">Lower-case letters, digits and hyphens, 1 to 40.</param>
/// <param name="Cron">Five fields (minute, hour, day of month, month, day of week; <c>0 3 * * mon-fri</c>), six with seconds before them, or <c>@hourly</c>, <c>@daily</c>, <c>@weekly</c>, <c>@monthly</c>.</param>
/// <param name="Task">What each task is made from; without parents, times and an idempotency key.</param>
/// <param name="TimeZone">As in <c>Europe/Berlin</c>. Default UTC.</param>
/// <param name="Overlap">Default <c>skip</c>.</param>
/// <param name="CatchUp">Default <c>last</c>.</param>
/// <param name="CatchUpLimit">Most tasks that <c>catchUp: all</c> makes at once, 1 to 100. Default 10.</param>
/// <param name="DueSeconds">Each task is due so long after its time; null for no due time.</param>
/// <param name="Note">For people.</param>
public sealed record CreateSchedule(
    string Name,
    string Cron,
    CreateTask Task,
    string? TimeZone = null,
    Overlap? Overlap = null,
    CatchUp? CatchUp = null,
    int? CatchUpLimit = null,
    int? DueSeconds = null,
    string? Note = null);

/// <summary>Person → board, JSON merge patch: what is absent stays, <c>null</c> clears; in <c>task</c> too.</summary>
/// <param name="Reason">Why; kept in the history.</param>
public sealed record EditSchedule(
    string? Cron = null,
    string? TimeZone = null,
    JsonElement? Task = null,
    Overlap? Overlap = null,
    CatchUp? CatchUp = null,
    int? CatchUpLimit = null,
    int? DueSeconds = null,
    string? Note = null,
    string? Reason = null);

/// <param name="Next">The times to come, the nearest first, at most five; none while it is paused.</param>
/// <param name="LastAt">The last time that made a task.</param>
/// <param name="LastTask">Key of that task.</param>
/// <param name="QueuedAt">The time whose task waits until the last one has ended; null when none does.</param>
/// <param name="Problem">Why its last time made no task; null when it did, or when that was as told.</param>
public sealed record ScheduleView(
    string Name,
    string Cron,
    string TimeZone,
    CreateTask Task,
    Overlap Overlap,
    CatchUp CatchUp,
    int CatchUpLimit,
    int? DueSeconds,
    bool Paused,
    string? PausedReason,
    IReadOnlyList<DateTimeOffset> Next,
    DateTimeOffset? LastAt,
    string? LastTask,
    DateTimeOffset? QueuedAt,
    string? Problem,
    string? Note,
    long Version,
    string CreatedBy,
    DateTimeOffset CreatedAt);
