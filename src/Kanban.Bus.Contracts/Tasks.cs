using System.Text.Json;

namespace Kanban.Bus.Contracts;

/// <summary>Where a task stands; the board's columns, in their order.</summary>
public enum Status
{
    /// <summary>Somebody must look at it first; nothing starts it.</summary>
    Triage,

    /// <summary>Waits for its parents.</summary>
    Todo,

    /// <summary>Waits for a time (<c>notBefore</c>, a retry's backoff), or is parked without one.</summary>
    Scheduled,

    /// <summary>May start as soon as admission finds room.</summary>
    Ready,

    /// <summary>A worker holds its lease.</summary>
    Running,

    /// <summary>A person or an agent said why it can't go on.</summary>
    Blocked,

    /// <summary>Work is done and waits for a verdict.</summary>
    Review,
    Done,
    Failed,
    Cancelled,
}

/// <summary>What becomes of a task whose run met its account's limit.</summary>
public enum OnLimit
{
    /// <summary>It waits until the account is open again; no attempt is charged.</summary>
    Wait,

    /// <summary>It goes by its lane's rule for provider errors, as if no account were known.</summary>
    Retry,
}

/// <summary>Person or run → board: one new task.</summary>
/// <param name="Lane">The lane whose workers take it. Null only for <c>triage</c>.</param>
/// <param name="Board">The board's key. Default: the board <c>main</c>.</param>
/// <param name="Body">What to do, Markdown or a script; at most 256 KiB of UTF-8.</param>
/// <param name="Parents">Keys of tasks that must be done first.</param>
/// <param name="Needs">Capabilities that the worker must have.</param>
/// <param name="Host">The only host it may run on.</param>
/// <param name="Priority">−1000 to 1000, higher first. Default 0.</param>
/// <param name="NotBefore">It stays <c>scheduled</c> until then.</param>
/// <param name="Status">Where it starts: <c>triage</c>, <c>todo</c> (default: ready when nothing holds it), <c>scheduled</c> without a time to park it, or <c>blocked</c>.</param>
/// <param name="IdempotencyKey">Unique per board: the same key and content again gives the same task. 1 to 200 characters. The header <c>Idempotency-Key</c> says the same.</param>
/// <param name="MaxRuntimeSeconds">Overrides the lane's limit.</param>
/// <param name="Draws">Pools to the units, 1 to 1,000, that its runs draw of them; for a pool that its lane or profile names too, this is what counts.</param>
/// <param name="OnLimit">Default <c>wait</c>.</param>
/// <param name="Due">When it should have ended; shown and listed, nothing acts on it.</param>
/// <param name="Workspace">Where its runs work: <c>scratch</c>, <c>dir:PATH</c> or <c>worktree:REPOSITORY</c>, as the profile on the worker's host allows; default: as its lane says.</param>
/// <param name="Acceptance">By what one tells that it is done, Markdown; at most 16,384 characters. Part of the brief.</param>
/// <param name="Artifacts">Files of its workspace that the board keeps when a run has ended, beside those that its lane names: <c>report.md</c>, <c>out/**</c>, <c>*.log</c>; at most 32.</param>
public sealed record CreateTask(
    string Title,
    string? Lane = null,
    string? Board = null,
    string? Body = null,
    IReadOnlyList<string>? Parents = null,
    IReadOnlyList<string>? Needs = null,
    string? Host = null,
    int Priority = 0,
    DateTimeOffset? NotBefore = null,
    IReadOnlyList<string>? Labels = null,
    Status? Status = null,
    string? IdempotencyKey = null,
    int? MaxRuntimeSeconds = null,
    IReadOnlyDictionary<string, int?>? Draws = null,
    OnLimit? OnLimit = null,
    DateTimeOffset? Due = null,
    string? Workspace = null,
    string? Acceptance = null,
    IReadOnlyList<string>? Artifacts = null);

/// <summary>Person → board: many tasks in one transaction, at most 1,000. A parent may name a task of the same request as <c>#0</c>, <c>#1</c>, … by its index.</summary>
public sealed record CreateTasks(IReadOnlyList<CreateTask> Tasks);

/// <summary>Person → board, JSON merge patch: what is absent stays, <c>null</c> clears; in <c>draws</c> too.</summary>
public sealed record EditTask(
    string? Title = null,
    string? Body = null,
    string? Lane = null,
    IReadOnlyList<string>? Needs = null,
    string? Host = null,
    int? Priority = null,
    DateTimeOffset? NotBefore = null,
    IReadOnlyList<string>? Labels = null,
    int? MaxRuntimeSeconds = null,
    IReadOnlyDictionary<string, int?>? Draws = null,
    OnLimit? OnLimit = null,
    DateTimeOffset? Due = null,
    string? Workspace = null,
    string? Acceptance = null,
    IReadOnlyList<string>? Artifacts = null);

/// <summary>Person → board: put the task into another column. <c>running</c> is never a target: only admission starts work.</summary>
public sealed record MoveTask(Status Status, string? Reason = null);

/// <summary>Person → board: why a task is blocked, cancelled or retried.</summary>
public sealed record WithReason(string? Reason = null);

/// <summary>Person → board: the answer to a task's question. 1 to 16,384 characters.</summary>
/// <param name="Allow">What the last run was not allowed to do, its next run may, where the host's profile leaves that to people (<c>allowWhenAnswered</c>).</param>
public sealed record AnswerTask(string Text, bool Allow = false);

/// <summary>Person or run → board: a remark on a task. 1 to 16,384 characters.</summary>
public sealed record AddComment(string Text);

/// <summary>One task as every face shows it.</summary>
/// <param name="Key">Board key and number: <c>web-42</c>.</param>
/// <param name="Version">Rises with every change; its ETag.</param>
/// <param name="Reason">Why it is blocked, failed, cancelled or parked; what a person or the board said last.</param>
/// <param name="Wait">Why it has not started, for a task that waits; null otherwise.</param>
/// <param name="Attempts">Runs charged to it since it was created or retried by a person: those that ended by the fault of the task, the agent or the host.</param>
/// <param name="Failures">Runs since then that ended without success, by class of fault.</param>
/// <param name="Warning">Why no live worker, or no pool, could ever take it as things are, in the answer that made it; null otherwise.</param>
/// <param name="Overdue">It is past its due time and has not ended.</param>
/// <param name="Question">What its last run asked a person; null unless it is blocked by that.</param>
/// <param name="Run">Its live run, offered or held.</param>
/// <param name="Summary">What its last accepted run said.</param>
public sealed record TaskView(
    string Key,
    string Board,
    string? Lane,
    string Title,
    Status Status,
    int Priority,
    string? Host,
    IReadOnlyList<string> Needs,
    IReadOnlyList<string> Labels,
    DateTimeOffset? NotBefore,
    int? MaxRuntimeSeconds,
    bool Archived,
    string? Reason,
    string? Wait,
    int Attempts,
    long Version,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? EndedAt,
    string CreatedBy,
    RunView? Run,
    string? Summary,
    int ParentsDone,
    int Parents,
    IReadOnlyDictionary<string, int> Draws,
    string? Warning = null,
    OnLimit OnLimit = OnLimit.Wait,
    IReadOnlyDictionary<string, int>? Failures = null,
    DateTimeOffset? Due = null,
    bool Overdue = false,
    string? Workspace = null,
    string? Question = null,
    IReadOnlyList<string>? Artifacts = null);

/// <summary>A task with everything that hangs on it. Lists hold the newest 200.</summary>
/// <param name="Metadata">What its last accepted run reported beside the summary.</param>
public sealed record TaskDetail(
    TaskView Task,
    string Body,
    JsonElement? Metadata,
    IReadOnlyList<TaskLinkView> Parents,
    IReadOnlyList<TaskLinkView> Children,
    IReadOnlyList<RunView> Runs,
    IReadOnlyList<CommentView> Comments,
    string? Acceptance = null);

public sealed record TaskLinkView(string Key, string Title, Status Status, string? Summary);

/// <param name="RunId">The run that remarked; null for a person.</param>
/// <param name="SeenAt">When a run of the task first had it, in its brief or in an answer to the run itself; null while none has.</param>
/// <param name="SeenBy">That run.</param>
public sealed record CommentView(long Id, string By, DateTimeOffset At, string Text, Guid? RunId, DateTimeOffset? SeenAt = null, string? SeenBy = null);

/// <summary>A page of a list.</summary>
/// <param name="NextCursor">Give it as <c>after</c> to read on; null on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>Why a task has not started.</summary>
/// <param name="Waits">False when nothing holds it (it runs, or has ended).</param>
/// <param name="Code">Stable word for programs, see <see cref="WaitCode"/>.</param>
/// <param name="Reason">The sentence for people, with holders and numbers.</param>
/// <param name="Place">Its place among the ready tasks of its lane, from 1.</param>
/// <param name="Cap">What it waits for room in, as in <c>pool vllm-a</c>; null when that is not what holds it.</param>
/// <param name="Holders">Runs that hold what it waits for, the longest at work first; at most 1,000.</param>
/// <param name="AboutSeconds">Until it may start, guessed from the lane's last runs; null when nothing can be said.</param>
/// <param name="Until">When the window opens that it waits for; null when it waits for something else.</param>
public sealed record WhyView(
    string Key, Status Status, bool Waits, WaitCode? Code, string Reason, int? Place, string? Cap = null, IReadOnlyList<HolderView>? Holders = null, double? AboutSeconds = null,
    DateTimeOffset? Until = null);

/// <param name="WorkerId">Null while its offer is unclaimed.</param>
/// <param name="Units">What it draws of that for which the task waits.</param>
/// <param name="Seconds">Since it started, or was offered.</param>
public sealed record HolderView(string TaskKey, string Profile, string? WorkerId, string? Host, int Units, double Seconds);

/// <summary>What holds a task that waits.</summary>
public enum WaitCode
{
    Triage,
    Parents,
    ParentFailed,
    NotBefore,
    Parked,
    Blocked,
    Review,
    LanePaused,
    LaneProblem,
    LaneCap,
    BoardCap,
    GlobalCap,
    NoWorker,
    NoSlot,
    Offered,
    Next,
    Archived,
    AllPaused,
    PoolCap,
    PoolPaused,
    HostCap,
    AccountParked,
    BreakerOpen,
    RetryBudget,

    /// <summary>A window keeps what it draws from closed.</summary>
    Closed,

    /// <summary>It would not end before a window closes, and its lane holds such tasks.</summary>
    BeforeClose,
}
