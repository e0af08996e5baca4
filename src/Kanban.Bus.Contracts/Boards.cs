namespace Kanban.Bus.Contracts;

/// <summary>Person → board: a new set of tasks.</summary>
/// <param name="Key">Prefix of its tasks' keys.</param>
/// <param name="MaxActive">Most runs of its tasks at one time; null for no cap of its own.</param>
public sealed record CreateBoard(string Key, string? Title = null, int? MaxActive = null);

/// <summary>Person → board, JSON merge patch: what is absent stays, <c>null</c> clears.</summary>
/// <param name="Reason">Why; kept in the history.</param>
public sealed record EditBoard(string? Title = null, int? MaxActive = null, string? Reason = null);

public sealed record BoardView(string Key, string Title, int? MaxActive, int Active, IReadOnlyDictionary<string, int> Counts, DateTimeOffset CreatedAt);

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

/// <summary>What a worker does with a lane's runs when it gets no answer from the board.</summary>
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
    IReadOnlyDictionary<string, RetryRule?>? Retries = null);

/// <summary>Person → board, JSON merge patch: what is absent stays, <c>null</c> clears; in <c>draws</c> and <c>retries</c> too.</summary>
/// <param name="Reason">Why; kept in the history.</param>
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
    IReadOnlyDictionary<string, RetryRule?>? Retries = null);

/// <param name="Ready">Tasks that could start.</param>
/// <param name="Offered">Runs on its queues, unclaimed.</param>
/// <param name="Running">Runs under a lease, stopping ones included.</param>
/// <param name="Slots">Slots of live workers that serve it.</param>
/// <param name="Problem">What is wrong with its queue on the broker; null when nothing is.</param>
/// <param name="Limit">The cap that holds now; null for none beside its workers' slots.</param>
/// <param name="Source">Where <paramref name="Limit"/> comes from.</param>
/// <param name="Binds">Which cap lets no more of its work start now, in words; null when none does.</param>
/// <param name="Retries">The rule for each class of fault.</param>
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
    IReadOnlyDictionary<string, RetryRule>? Retries = null);
