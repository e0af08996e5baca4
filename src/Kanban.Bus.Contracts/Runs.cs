using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kanban.Bus.Contracts;

/// <summary>Where a run stands. The last six are final.</summary>
[JsonConverter(typeof(EnumWords<RunState>))]
public enum RunState
{
    Offered,
    Running,
    Stopping,
    Succeeded,
    Failed,
    Cancelled,
    TimedOut,
    Lost,
    Withdrawn,
}

/// <summary>What was at fault when a run ended without success. Each class has its own backoff and budget, see <see cref="RetryRule"/>.</summary>
[JsonConverter(typeof(EnumWords<ErrorClass>))]
public enum ErrorClass
{
    /// <summary>The work itself failed.</summary>
    Task,

    /// <summary>The agent program crashed, hung or flooded its output.</summary>
    Agent,

    /// <summary>An LLM provider refused or was not there: 429, 5xx, a limit. No attempt is charged.</summary>
    Provider,

    /// <summary>Disk, memory, a missing program, a lost worker. Another worker is tried first.</summary>
    Host,

    /// <summary>The board's own fault. No attempt is charged.</summary>
    Board,
}

/// <param name="Number">Counted per task from 1.</param>
/// <param name="HeartbeatAt">When its lease was last renewed; null when no lease is live.</param>
/// <param name="Reason">Why it ended, or is being stopped.</param>
/// <param name="Late">A result that came after the run had lost its lease; it changed nothing unless a person adopted it.</param>
/// <param name="LogBytes">Bytes of log stored, all streams.</param>
/// <param name="Class">What was at fault where it ended without success.</param>
/// <param name="Session">The session of its agent, as soon as it is known.</param>
public sealed record RunView(
    Guid Id,
    string TaskKey,
    int Number,
    string Lane,
    RunState State,
    string? WorkerId,
    string? Host,
    long FencingToken,
    DateTimeOffset OfferedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    DateTimeOffset? HeartbeatAt,
    DateTimeOffset? LeaseExpiresAt,
    string? Reason,
    string? Summary,
    int? ExitCode,
    JsonElement? Metadata,
    JsonElement? Usage,
    LateResult? Late,
    long LogBytes,
    ErrorClass? Class = null,
    string? Session = null);

/// <summary>Worker → board: claims that wait at the same moment, decided in one transaction. 1 to 500 items.</summary>
public sealed record ClaimRuns(IReadOnlyList<ClaimItem> Claims);

/// <param name="Slot">The slot it will take, from 0, within the lane. For display only.</param>
public sealed record ClaimItem(Guid RunId, int Slot);

/// <summary>Board → worker: one answer per claim, in the request's order.</summary>
public sealed record ClaimAnswers(IReadOnlyList<ClaimAnswer> Answers);

/// <summary>Exactly one of the two is set.</summary>
public sealed record ClaimAnswer(Guid RunId, Grant? Grant, ClaimRefusal? Refused);

/// <summary>Why a claim was refused. The worker acks the offer and drops it, always.</summary>
[JsonConverter(typeof(EnumWords<ClaimRefusal>))]
public enum ClaimRefusal
{
    /// <summary>The offer was taken back, or its run has ended.</summary>
    Withdrawn,

    /// <summary>Another worker holds it.</summary>
    Held,

    /// <summary>This worker lacks the lane, profile, host or a capability.</summary>
    NotEligible,

    /// <summary>This worker drains, or its lane is paused or held by its breaker.</summary>
    Draining,

    /// <summary>No such run.</summary>
    Unknown,

    /// <summary>This worker's host is at its cap. The board offers the run again.</summary>
    HostFull,

    /// <summary>An earlier run of the task ended by this worker's fault, and another worker fits: it has a few seconds to take it. The board offers the run again.</summary>
    FailedHere,
}

/// <summary>Board → worker: the lease, and all a worker needs to carry out the run.</summary>
/// <param name="FencingToken">Rises with each lease of the task. Every write of the run bears it.</param>
/// <param name="LeaseSeconds">From now to expiry unless renewed. The worker measures it by its own monotonic clock.</param>
/// <param name="RunToken">Bearer token for what the run itself writes (log, comments); good for this run alone and dead when its lease is.</param>
/// <param name="Profile">The profile to run it with, as the worker's host defines it.</param>
/// <param name="Body">The task's body as it stands: a script for the shell executor.</param>
/// <param name="Brief">One Markdown document: title, body, parents' results, earlier runs, comments.</param>
/// <param name="Artifacts">Patterns of what the board keeps of its workspace; null for none.</param>
/// <param name="Attachments">What it is to find in the folder <c>attachments</c> of its workspace; null for nothing.</param>
/// <param name="Workspace">Where it works: <c>scratch</c>, <c>dir:PATH</c> or <c>worktree:REPOSITORY</c>; null for the profile's own.</param>
/// <param name="Session">The agent's session that the task's last run left with this worker, to go on with; null to begin anew.</param>
/// <param name="Allowed">A person allowed what the task's last run was refused. What that was only the worker knows, and only its profile says whether it counts.</param>
public sealed record Grant(
    Guid RunId,
    string TaskKey,
    string Title,
    string Lane,
    int Attempt,
    long FencingToken,
    double LeaseSeconds,
    string RunToken,
    string Profile,
    string Body,
    string Brief,
    IReadOnlyList<ParentResult> Parents,
    RunLimits Limits,
    string? Workspace = null,
    IReadOnlyList<string>? Artifacts = null,
    IReadOnlyList<AttachedFile>? Attachments = null,
    string? Session = null,
    bool Allowed = false);

public sealed record ParentResult(string Key, string Title, string? Summary, JsonElement? Metadata);

/// <param name="MaxRuntimeSeconds">From the start; null for no limit.</param>
/// <param name="SilenceSeconds">Since the last byte of output; null for no limit.</param>
/// <param name="GraceSeconds">Between TERM and KILL.</param>
public sealed record RunLimits(int? MaxRuntimeSeconds, int? SilenceSeconds, int GraceSeconds, OnDisconnect OnDisconnect);

/// <summary>How the worker saw the run end.</summary>
[JsonConverter(typeof(EnumWords<Outcome>))]
public enum Outcome
{
    Succeeded,
    Failed,

    /// <summary>Ended because the board asked (cancel), its process tree seen dead.</summary>
    Stopped,

    /// <summary>Ended by its run time or silence limit, its process tree seen dead.</summary>
    TimedOut,

    /// <summary>Handed back unharmed by a draining worker: offered again at once, no attempt charged.</summary>
    Released,

    /// <summary>Its process vanished without an exit status (reboot, kill of the shim).</summary>
    Lost,

    /// <summary>The run asked for a person: its task is blocked with the reason.</summary>
    Blocked,

    /// <summary>Done, and asks for a verdict.</summary>
    Review,
}

/// <summary>Worker → board: runs that ended, decided in one transaction. 1 to 500 items. Repeat until answered.</summary>
public sealed record FinishRuns(IReadOnlyList<FinishItem> Finishes);

/// <param name="FencingToken">From the grant. The board refuses every token but the latest and keeps the result as late.</param>
/// <param name="Reason">Why, where the outcome is not success.</param>
/// <param name="Summary">What children and people read; at most 4,000 characters.</param>
/// <param name="Metadata">Any JSON of the run's own, at most 64 KiB.</param>
/// <param name="Usage">Tokens, cost, session id, as the executor reports them.</param>
/// <param name="Class">What was at fault, where the outcome is not success; null where neither run nor worker can tell.</param>
/// <param name="RetryAt">When the limit resets that the run met, as its provider said it; with class <c>provider</c> it parks the accounts that the run draws from.</param>
/// <param name="RetryAfterSeconds">The same as a length of time from now.</param>
/// <param name="Met">What it met of its gateways since the last heartbeat.</param>
/// <param name="Question">With outcome <c>blocked</c>: the reason is a question, whose answer lets the task go on.</param>
/// <param name="Session">The agent's session, for the task's next run with this worker; at most 200 characters.</param>
public sealed record FinishItem(
    Guid RunId,
    long FencingToken,
    Outcome Outcome,
    string? Reason = null,
    string? Summary = null,
    int? ExitCode = null,
    JsonElement? Metadata = null,
    JsonElement? Usage = null,
    ErrorClass? Class = null,
    DateTimeOffset? RetryAt = null,
    double? RetryAfterSeconds = null,
    RunMet? Met = null,
    bool Question = false,
    string? Session = null);

public sealed record FinishAnswers(IReadOnlyList<FinishAnswer> Answers);

public sealed record FinishAnswer(Guid RunId, FinishVerdict Verdict, RunState? State);

/// <summary>What the board made of a finish. The worker is done with the run in every case.</summary>
[JsonConverter(typeof(EnumWords<FinishVerdict>))]
public enum FinishVerdict
{
    /// <summary>It ended the run.</summary>
    Accepted,

    /// <summary>The run had ended by this same report before.</summary>
    Repeated,

    /// <summary>The run had lost its lease: kept as a late result.</summary>
    Late,

    /// <summary>No such run.</summary>
    Unknown,
}

/// <summary>What a run reported after it had lost its lease. It changed nothing, unless a person adopted it.</summary>
/// <param name="AdoptedBy">Who ended the task with it.</param>
public sealed record LateResult(
    Outcome Outcome, string? Reason, string? Summary, int? ExitCode, JsonElement? Metadata, DateTimeOffset At, long FencingToken, string? AdoptedBy = null, DateTimeOffset? AdoptedAt = null);

/// <summary>The streams of a run's log.</summary>
public static class LogStreams
{
    public const string Out = "stdout";
    public const string Err = "stderr";

    /// <summary>What the run's agent did, one JSON object a line.</summary>
    public const string Events = "events";

    public static readonly string[] All = [Out, Err, Events];
}

/// <summary>Board → run: the next offset it wants. A chunk that starts beyond it was refused with 409 and this body.</summary>
public sealed record LogAnswer(string Stream, long NextOffset);

/// <summary>Stored piece of a log, in the order the board received them.</summary>
/// <param name="Id">Rises over all chunks; a cursor for <c>after</c>.</param>
/// <param name="Offset">First byte's place in its stream.</param>
/// <param name="Data">The bytes, base64.</param>
public sealed record LogChunkView(long Id, string Stream, long Offset, byte[] Data, DateTimeOffset At);
