using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Runs;

// What happens to a run. These travel through the in-process mediator inside the transaction of the batch they belong to,
// which holds the locks of the runs' tasks. `Now` is the database's clock, `Actor` goes into the history.

/// <summary>A worker that fits takes the offer.</summary>
public sealed record ClaimRun(Guid RunId, string WorkerId, string Host, int Slot, byte[] TokenHash, TimeSpan Lease, DateTimeOffset Now);

/// <summary>The holder says how the run ended. Metadata and usage are JSON; <c>RetryAt</c> is when the limit resets that it met.</summary>
public sealed record FinishRun(
    Guid RunId, long FencingToken, Outcome Outcome, string? Reason, string? Summary, int? ExitCode, string? Metadata, string? Usage, string Actor, DateTimeOffset Now,
    ErrorClass? Class = null, DateTimeOffset? RetryAt = null, bool Question = false, string? Session = null);

/// <summary>The offer no longer holds: its task moved, its lane was paused, no worker fits any more.</summary>
public sealed record WithdrawOffer(Guid RunId, string Reason, string Actor, DateTimeOffset Now);

/// <summary>A person cancels a held run; it ends when its process tree is seen dead (P8).</summary>
public sealed record StopRun(Guid RunId, string Reason, string Actor, DateTimeOffset Now);

/// <summary>The holder is gone: its lease ran out, or it came back without the run.</summary>
public sealed record LoseRun(Guid RunId, string Reason, DateTimeOffset Now);

/// <summary>The holder of a lost run is back with it, and nobody has claimed the task since: its lease is restored, with its old token.</summary>
public sealed record ResumeRun(Guid RunId, TimeSpan Lease, DateTimeOffset Now);
