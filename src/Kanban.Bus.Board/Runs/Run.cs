using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using MassTransit;

namespace Kanban.Bus.Board.Runs;

/// <summary>One attempt at a task, and the saga's instance: the state machine moves this row and there is no second copy.</summary>
public sealed class Run : SagaStateMachineInstance
{
    /// <summary>The run's id.</summary>
    public Guid CorrelationId { get; set; }

    public Guid TaskId { get; init; }
    public KanbanTask Task { get; init; } = null!;

    /// <summary>The task's key, kept here so that offers and lists need no join.</summary>
    public required string TaskKey { get; init; }

    /// <summary>Its board, for the board's cap.</summary>
    public required string Board { get; init; }

    public required string Lane { get; init; }

    /// <summary>The requirement set whose queue it was offered on.</summary>
    public required string RequirementSet { get; init; }

    /// <summary>Units it draws of pools for as long as it is live, see <see cref="Pools.Draws"/>. Fixed when it was admitted: what its lane draws later is of no matter to it.</summary>
    public string Draws { get; init; } = "";

    /// <summary>Whose run it counts as where turns are shared out, see <see cref="Admission.AdmissionGroup"/>. Fixed like its draws.</summary>
    public string FairKey { get; init; } = "";

    /// <summary>Counted per task from 1.</summary>
    public int Number { get; init; }

    /// <summary>By name, as the state machine writes it: one of <see cref="RunState"/>.</summary>
    public string State { get; set; } = nameof(RunState.Offered);

    /// <summary>Not final: it counts against every cap it falls under.</summary>
    public bool Live { get; set; } = true;

    public string? WorkerId { get; set; }
    public string? Host { get; set; }
    public int? Slot { get; set; }

    /// <summary>0 until its lease is granted.</summary>
    public long FencingToken { get; set; }

    /// <summary>Hash of its run token, kept beyond its lease in case it is taken up again; null until its lease is granted.</summary>
    public byte[]? TokenHash { get; set; }

    /// <summary>Since when its task was ready: what it waited is the time from then to <see cref="OfferedAt"/>.</summary>
    public DateTimeOffset ReadyAt { get; init; }

    public DateTimeOffset OfferedAt { get; init; }

    /// <summary>When the broker last confirmed its offer; null when that has yet to happen.</summary>
    public DateTimeOffset? PublishedAt { get; set; }

    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Its worker's report ended it; the same report again is a repeat, not a late result.</summary>
    public bool Reported { get; set; }

    /// <summary>What <see cref="RunState.Stopping"/> ends in.</summary>
    public RunState? StopAs { get; set; }

    public string? Reason { get; set; }

    /// <summary>What was at fault when it ended without success.</summary>
    public ErrorClass? Class { get; set; }

    /// <summary>What it has in common with others that ended by the same error, see <see cref="Runs.Fingerprint"/>; null where none is seen.</summary>
    public string? Fingerprint { get; set; }

    /// <summary>It tries again what has failed before.</summary>
    public bool Retry { get; init; }

    public string? Summary { get; set; }
    public string? Metadata { get; set; }
    public string? Usage { get; set; }

    /// <summary>The session of its agent, as soon as its worker knows it.</summary>
    public string? Session { get; set; }

    public int? ExitCode { get; set; }

    /// <summary>A report that came after the lease was lost, JSON of <see cref="LateResult"/>, see <see cref="LateResults"/>.</summary>
    public string? Late { get; set; }

    /// <summary>As the history names it, when it acts itself.</summary>
    public string Actor => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"run:{TaskKey}/{Number}");

    public RunState StateName => Enum.Parse<RunState>(State);

    /// <summary>Whether this token is the lease that this run holds now.</summary>
    public bool IsHeldWith(long token) => Live && StateName is not RunState.Offered && FencingToken == token && token > 0;

    /// <summary>Grants this run its lease; every earlier token of the task is refused from here on.</summary>
    /// <param name="token">The task's next fencing token.</param>
    /// <param name="now">The database's clock. A worker's clock is never compared with it.</param>
    public void GrantLease(string workerId, string host, int slot, long token, DateTimeOffset now)
    {
        WorkerId = workerId;
        Host = host;
        Slot = slot;
        FencingToken = token;
        StartedAt = now;
    }

    /// <summary>Whether the worker that lost it may go on with it: nobody has claimed its task since, and nobody moved it.</summary>
    /// <remarks>Its task is locked. An unclaimed offer of the task is no newer holder: it is withdrawn.</remarks>
    public bool CanBeResumed(string workerId, long token, OnDisconnect onDisconnect) =>
        StateName is RunState.Lost && !Reported && TokenHash is not null
        && WorkerId == workerId && FencingToken == token && Task.FencingToken == token
        && onDisconnect is OnDisconnect.Continue
        && !Task.Archived && (Task.Status is Status.Ready or Status.Scheduled or Status.Todo);

    /// <summary>It goes on as if its lease had never been lost.</summary>
    public void Resume()
    {
        Live = true;
        EndedAt = null;
        Reason = null;
        Class = null;
    }

    /// <summary>Takes down how it ended. It frees its units when the row is saved.</summary>
    public void End(string? reason, DateTimeOffset now)
    {
        Live = false;
        EndedAt = now;
        Reason = reason;
    }

    /// <summary>Keeps what the run itself reported.</summary>
    public void Report(FinishRun finish)
    {
        Reported = true;
        Summary = finish.Summary;
        Metadata = finish.Metadata;
        Usage = finish.Usage;
        Session = finish.Session;
        ExitCode = finish.ExitCode;
        Class = RunEnding.ClassOf(finish.Outcome, finish.Class);
        Fingerprint = Class is not null and not ErrorClass.Board && finish.Outcome is Outcome.Failed or Outcome.TimedOut
            ? Runs.Fingerprint.Of(finish.Reason, finish.Summary) : null;
    }

    /// <summary>Whether this report is the one that ended the run, come again.</summary>
    public bool IsRepeat(long token) => Reported && FencingToken == token;

    /// <summary>What a run that was asked to stop ends as, by what its worker reports.</summary>
    public RunState StateAfterStop(Outcome outcome) =>
        outcome is Outcome.Succeeded or Outcome.Review ? RunState.Succeeded : StopAs ?? RunState.Cancelled;
}
