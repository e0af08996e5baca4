using System.Text.Json.Serialization;

namespace Kanban.Bus.Contracts;

/// <summary>Person → board: a new set of tasks.</summary>
/// <param name="Key">Prefix of its tasks' keys.</param>
/// <param name="MaxActive">Most runs of its tasks at one time; null for no cap of its own.</param>
/// <param name="Windows">When it is open or has another cap, as for a lane.</param>
public sealed record CreateBoard(string Key, string? Title = null, int? MaxActive = null, IReadOnlyList<string>? Windows = null);

/// <summary>Person → board, JSON merge patch: what is absent stays, <c>null</c> clears.</summary>
/// <param name="Reason">Why; kept in the history.</param>
public sealed record EditBoard(string? Title = null, int? MaxActive = null, string? Reason = null, IReadOnlyList<string>? Windows = null);

/// <param name="Limit">The cap that holds now; null for none.</param>
/// <param name="Source">Where <paramref name="Limit"/> comes from.</param>
/// <param name="Window">The window that sets <paramref name="Limit"/> now; null when none does.</param>
/// <param name="NextChange">When its windows change <paramref name="Limit"/> next; null when they don't.</param>
public sealed record BoardView(
    string Key,
    string Title,
    int? MaxActive,
    int Active,
    IReadOnlyDictionary<string, int> Counts,
    DateTimeOffset CreatedAt,
    int? Limit,
    CapSource Source,
    IReadOnlyList<string> Windows,
    string? Window = null,
    CapChange? NextChange = null);

/// <summary>What happens to a task whose run failed or was lost.</summary>
public enum RetryMode
{
    /// <summary>Again, after a backoff, until its attempts are used up.</summary>
    Auto,

    /// <summary>It is blocked until a person says <c>retry</c>.</summary>
    Ask,

    /// <summary>It fails.</summary>
    Never,
}

/// <summary>How often, and after which wait, a task is tried again whose run ended by one class of fault.</summary>
/// <param name="Attempts">Runs that may end so before the task is set aside, 1 to 1,000; null: they count together against the lane's <c>maxAttempts</c>.</param>
/// <param name="BackoffSeconds">Before the next one; it doubles each time, up to an hour, with jitter. 0 to 3,600; null for the lane's <c>backoffSeconds</c>.</param>
public sealed record RetryRule(int? Attempts = null, int? BackoffSeconds = null);

/// <summary>Whether a lane stands still because its tasks fail alike.</summary>
public enum BreakerState
{
    /// <summary>Nothing of the lane starts until it has cooled down.</summary>
    Open,

    /// <summary>One run, the canary, tries whether its tasks still fail.</summary>
    HalfOpen,
}

/// <param name="Error">The words that the errors have in common, without what differs from run to run.</param>
/// <param name="Tasks">That failed so before it opened.</param>
/// <param name="CoolDownSeconds">Between two canaries; it doubles with each that fails, up to an hour.</param>
/// <param name="CanaryAt">When the next one may go.</param>
/// <param name="Canary">The run that tries, as in <c>web-31#2</c>; null while it is open.</param>
public sealed record BreakerView(BreakerState State, DateTimeOffset Since, string Error, int Tasks, int CoolDownSeconds, DateTimeOffset CanaryAt, string? Canary);

/// <summary>What a worker does with a lane's runs when it gets no answer from the board.</summary>
[JsonConverter(typeof(EnumWords<OnDisconnect>))]
public enum OnDisconnect
{
    /// <summary>The run goes on; it is taken up again when contact returns.</summary>
    Continue,

    /// <summary>The run is ended at two thirds of the lease, so that old and new never execute together.</summary>
    Stop,
}

/// <summary>Person → board: a new lane.</summary>
/// <param name="MaxActive">Most offered and running runs at one time; null for no cap beside its workers' slots.</param>
/// <param name="Profile">The profile, defined on each worker's host, that carries out its work. Default <c>shell</c>.</param>
/// <param name="MaxAttempts">Runs of one task before it is set aside, 1 to 100. Default 3.</param>
/// <param name="BackoffSeconds">Wait before the second attempt after a failure; it doubles with each further one, up to an hour, with jitter. 0 to 3,600, default 5.</param>
/// <param name="MaxRuntimeSeconds">A run is stopped after this; null for no limit. 1 s to 30 days.</param>
/// <param name="SilenceSeconds">A run that writes nothing for this long is stopped; null for no limit.</param>
/// <param name="GraceSeconds">Between TERM and KILL, 0 to 600. Default 10.</param>
/// <param name="Draws">Pools to the units, 1 to 1,000, that each of its runs draws of them.</param>
/// <param name="Retries">By class (<c>task</c>, <c>agent</c>, <c>provider</c>, <c>host</c>, <c>board</c>). Default: <c>provider</c> 20 runs from 30 s on, <c>board</c> 100, the rest together <paramref name="MaxAttempts"/>.</param>
/// <param name="RetryPercent">Share of the runs of a minute that may try again what has failed; beyond it retries wait and fresh tasks go on. 0 to 100, default 20.</param>
/// <param name="RetriesPerMinute">Retries that may start in a minute whatever the share. 0 to 100,000, default 10.</param>
/// <param name="MaxRunsPerDay">Runs of one task within 24 hours; then it is blocked, with an alarm. 0 for any number, up to 100,000, default 50.</param>
/// <param name="BreakerTasks">Tasks that fail by the same error, with no success between, before nothing of the lane starts but one canary at a time. 0 for never, up to 1,000, default 5.</param>
/// <param name="BreakerSeconds">The stretch within which they do. 1 to 86,400, default 600.</param>
/// <param name="BreakerCoolDownSeconds">Until the first canary; it doubles with each that fails, up to an hour. 1 to 3,600, default 60.</param>
/// <param name="HoldBeforeClose">A task that would not end before a window closes, by its own time limit or by nine in ten of the lane's last runs, waits for the next opening. Default false.</param>
/// <param name="Windows">When it is open (<c>22:00-06:00 Europe/Berlin</c>: closed outside) or has another cap (<c>mon-fri 08:00-18:00 Europe/Berlin = 2</c>); the lowest of those that are open holds.</param>
/// <param name="Workspace">Where its runs work unless their task says otherwise: <c>scratch</c> (default), <c>dir:PATH</c> or <c>worktree:REPOSITORY</c>.</param>
/// <param name="ChildLanes">The only lanes in which its runs may make children, its own not among them unless named; at most 100. None (default): any lane, since a planner's children go wherever their work is done.</param>
public sealed record CreateLane(
    string Name,
    int? MaxActive = null,
    string? Profile = null,
    RetryMode? Retry = null,
    int? MaxAttempts = null,
    int? MaxRuntimeSeconds = null,
    int? SilenceSeconds = null,
    int? GraceSeconds = null,
    OnDisconnect? OnDisconnect = null,
    int? BackoffSeconds = null,
    IReadOnlyDictionary<string, int?>? Draws = null,
    IReadOnlyDictionary<string, RetryRule?>? Retries = null,
    int? RetryPercent = null,
    int? RetriesPerMinute = null,
    int? MaxRunsPerDay = null,
    int? BreakerTasks = null,
    int? BreakerSeconds = null,
    int? BreakerCoolDownSeconds = null,
    IReadOnlyList<string>? Windows = null,
    bool? HoldBeforeClose = null,
    string? Workspace = null,
    IReadOnlyList<string>? Artifacts = null,
    IReadOnlyList<string>? ChildLanes = null);

/// <summary>Person → board, JSON merge patch: what is absent stays, <c>null</c> clears; in <c>draws</c> and <c>retries</c> too.</summary>
/// <param name="Reason">Why; kept in the history.</param>
/// <param name="Windows">All of them; what is left out goes.</param>
public sealed record EditLane(
    int? MaxActive = null,
    string? Profile = null,
    RetryMode? Retry = null,
    int? MaxAttempts = null,
    int? MaxRuntimeSeconds = null,
    int? SilenceSeconds = null,
    int? GraceSeconds = null,
    OnDisconnect? OnDisconnect = null,
    int? BackoffSeconds = null,
    IReadOnlyDictionary<string, int?>? Draws = null,
    string? Reason = null,
    IReadOnlyDictionary<string, RetryRule?>? Retries = null,
    int? RetryPercent = null,
    int? RetriesPerMinute = null,
    int? MaxRunsPerDay = null,
    int? BreakerTasks = null,
    int? BreakerSeconds = null,
    int? BreakerCoolDownSeconds = null,
    IReadOnlyList<string>? Windows = null,
    bool? HoldBeforeClose = null,
    string? Workspace = null,
    IReadOnlyList<string>? Artifacts = null,
    IReadOnlyList<string>? ChildLanes = null);

/// <param name="Ready">Tasks that could start.</param>
/// <param name="Offered">Runs on its queues, unclaimed.</param>
/// <param name="Running">Runs under a lease, stopping ones included.</param>
/// <param name="Slots">Slots of live workers that serve it.</param>
/// <param name="Problem">What is wrong with its queue on the broker; null when nothing is.</param>
/// <param name="Limit">The cap that holds now; null for none beside its workers' slots.</param>
/// <param name="Source">Where <paramref name="Limit"/> comes from.</param>
/// <param name="Binds">Which cap lets no more of its work start now, in words; null when none does.</param>
/// <param name="Retries">The rule for each class of fault.</param>
/// <param name="Breaker">Null while its work goes on.</param>
/// <param name="Window">The window that sets <paramref name="Limit"/> now; null when none does.</param>
/// <param name="NextChange">When its windows change <paramref name="Limit"/> next; null when they don't.</param>
public sealed record LaneView(
    string Name,
    int? MaxActive,
    string Profile,
    RetryMode Retry,
    int MaxAttempts,
    int? MaxRuntimeSeconds,
    int? SilenceSeconds,
    int GraceSeconds,
    OnDisconnect OnDisconnect,
    bool Paused,
    string? PausedReason,
    int BackoffSeconds,
    int Ready,
    int Offered,
    int Running,
    int Workers,
    int Slots,
    string? Problem,
    IReadOnlyDictionary<string, int> Draws,
    int? Limit,
    CapSource Source,
    string? Binds,
    IReadOnlyList<string> Windows,
    IReadOnlyDictionary<string, RetryRule>? Retries = null,
    int RetryPercent = 0,
    int RetriesPerMinute = 0,
    int MaxRunsPerDay = 0,
    int BreakerTasks = 0,
    int BreakerSeconds = 0,
    int BreakerCoolDownSeconds = 0,
    BreakerView? Breaker = null,
    string? Window = null,
    CapChange? NextChange = null,
    bool HoldBeforeClose = false,
    string? Workspace = null,
    IReadOnlyList<string>? Artifacts = null,
    IReadOnlyList<string>? ChildLanes = null);
