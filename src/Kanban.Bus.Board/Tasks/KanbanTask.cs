using System.Globalization;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Tasks;

/// <summary>A unit of work on a board. Its rules are here; whoever changes it holds its row's lock.</summary>
public sealed class KanbanTask
{
    public Guid Id { get; init; }

    /// <summary>Key of its board.</summary>
    public required string Board { get; init; }

    /// <summary>Counted per board from 1.</summary>
    public int Number { get; init; }

    public string? Lane { get; set; }
    public required string Title { get; set; }
    public string Body { get; set; } = "";

    /// <summary>By what a reviewer tells that it is done; part of the brief.</summary>
    public string? Acceptance { get; set; }

    public Status Status { get; set; }

    /// <summary>Higher first.</summary>
    public int Priority { get; set; }

    /// <summary>The only host it may run on.</summary>
    public string? Host { get; set; }

    /// <summary>Capabilities it needs, sorted, comma between them; empty for none.</summary>
    public string Needs { get; set; } = "";

    /// <summary>Host and capabilities as one word, see <see cref="Fleet.RequirementSet"/>: names the queue its offers go to.</summary>
    public string RequirementSet { get; set; } = "";

    /// <summary>Pools and the units that its runs draw beside what their lane draws, see <see cref="Pools.Draws"/>.</summary>
    public string Draws { get; set; } = "";

    /// <summary>Files of its workspace that the board keeps when a run has ended, beside those that its lane names, see <see cref="Artifacts.ArtifactRules"/>.</summary>
    public string Artifacts { get; set; } = "";

    /// <summary>Sorted, a comma before and after each, so that <c>,x,</c> finds one; empty for none.</summary>
    public string Labels { get; set; } = "";

    public DateTimeOffset? NotBefore { get; set; }

    /// <summary>When it should have ended; for people and lists, nothing acts on it.</summary>
    public DateTimeOffset? Due { get; set; }

    public int? MaxRuntimeSeconds { get; set; }
    public bool Archived { get; set; }

    /// <summary>Why it is blocked, failed, cancelled or parked.</summary>
    public string? Reason { get; set; }

    /// <summary>It is blocked, and <see cref="Reason"/> is a question whose answer lets it go on.</summary>
    public bool Asks { get; set; }

    /// <summary>Who answered the last question allowed what it asked for; until the next question.</summary>
    public bool Allows { get; set; }

    /// <summary>Runs charged to it since it was created or last retried by a person.</summary>
    public int Attempts { get; set; }

    /// <summary>The losses among them, see <see cref="Runs.Losses"/>.</summary>
    public string LostOn { get; set; } = "";

    public Losses Losses => new(LostOn);

    /// <summary>Runs that ended without success since then, by class of fault, see <see cref="Runs.Failures"/>.</summary>
    public string FailedBy { get; set; } = "";

    public Failures Failures => new(FailedBy);

    /// <summary>When a person last let it go on after it had ended or was blocked: runs from before count for no ceiling.</summary>
    public DateTimeOffset? ForgivenAt { get; set; }

    /// <summary>What becomes of it when a run of it meets its account's limit.</summary>
    public OnLimit OnLimit { get; set; }

    /// <summary>Where its runs work, see <see cref="WorkspaceRules"/>; null as its lane says.</summary>
    public string? Workspace { get; set; }

    /// <summary>Runs it ever had; the next one's number is one more.</summary>
    public int RunCount { get; set; }

    /// <summary>The token of its latest lease. Every write of an older lease is refused.</summary>
    public long FencingToken { get; set; }

    /// <summary>The run that is offered or held; null when none is live. One at most (P1).</summary>
    public Guid? LiveRunId { get; set; }

    /// <summary>What its last accepted run said.</summary>
    public string? Summary { get; set; }

    /// <summary>What its last accepted run reported, JSON.</summary>
    public string? Metadata { get; set; }

    public string? IdempotencyKey { get; init; }

    /// <summary>SHA-256 of the content it was created with, to tell a repeat from a reuse of the key.</summary>
    public string? IdempotencyFingerprint { get; init; }

    public required string CreatedBy { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Since when it could start.</summary>
    public DateTimeOffset? ReadyAt { get; set; }

    /// <summary>Its place in admission's order, the earliest first; null while it is not ready. Set whenever it is saved, see <see cref="Admission.Turns"/>.</summary>
    public DateTimeOffset? TurnAt { get; private set; }

    /// <summary>What admission tells ready tasks of one queue apart by, their turns aside. Set whenever it is saved, see <see cref="Admission.AdmissionGroup"/>.</summary>
    public string AdmissionGroup { get; private set; } = "";

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Rises with every change; the row's concurrency token and its ETag.</summary>
    public long Version { get; set; }

    public string Key => KeyOf(Board, Number);

    /// <summary>Whether a parent is not done, as read under this row's lock by whoever loads runs for change. Not stored.</summary>
    public bool HeldByParents { get; set; }

    public bool HasEnded => Status is Status.Done or Status.Failed or Status.Cancelled;

    public static string KeyOf(string board, int number) => string.Create(CultureInfo.InvariantCulture, $"{board}-{number}");

    /// <summary>Splits <c>web-42</c>; a board's key may hold hyphens itself.</summary>
    public static bool TryParseKey(string key, out string board, out int number)
    {
        var hyphen = key.LastIndexOf('-');
        board = hyphen > 0 ? key[..hyphen] : "";
        number = 0;
        return hyphen > 0 && int.TryParse(key.AsSpan(hyphen + 1), NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;
    }

    /// <summary>Puts it where nothing but time, parents or room holds it: <c>todo</c>, <c>scheduled</c> or <c>ready</c>.</summary>
    /// <param name="parentsDone">Whether every parent is done, read under this row's lock.</param>
    public void Release(bool parentsDone, DateTimeOffset now, string? reason = null) => Enter(WhereReleased(parentsDone, now), now, reason);

    /// <summary>Where <see cref="Release"/> would put it.</summary>
    public Status WhereReleased(bool parentsDone, DateTimeOffset now) =>
        !parentsDone ? Status.Todo : NotBefore > now ? Status.Scheduled : Status.Ready;

    /// <summary>Changes the status and what goes with it. The callers are the rules; this only keeps the columns consistent.</summary>
    public void Enter(Status status, DateTimeOffset now, string? reason)
    {
        Status = status;
        Reason = reason;
        Asks = false;
        ReadyAt = status is Status.Ready ? now : null;
        EndedAt = HasEnded ? now : null;
        Touch(now);
    }

    public void Touch(DateTimeOffset now)
    {
        UpdatedAt = now;
        Version++;
    }

    /// <summary>Why a hand may not move it there; null when it may.</summary>
    public string? WhyNotMoveTo(Status target)
    {
        if (Archived)
            return $"Task {Key} is archived: restore it first.";
        if (target is Status.Running)
            return $"Task {Key} can't be moved to running by hand: admission starts it when it is ready.";
        if (Status is Status.Running)
            return $"Task {Key} is running: cancel it first, or wait for its run to end.";
        if (target is Status.Todo or Status.Ready or Status.Scheduled && Lane is null)
            return $"Task {Key} has no lane: set one first.";
        return null;
    }

    /// <summary>Grants the next lease: a token no earlier run of this task ever had.</summary>
    public long NextFencingToken() => ++FencingToken;

    /// <summary>A run took it: from here on only its end, or a cancel, moves it.</summary>
    public void Start(DateTimeOffset now) => Enter(Status.Running, now, null);

    /// <summary>Its lost run is back: it runs again, and the attempt is not charged.</summary>
    public void TakeUp(Run run, DateTimeOffset now)
    {
        LiveRunId = run.CorrelationId;
        Attempts = Math.Max(0, Attempts - 1);
        LostOn = Losses.Without(run.WorkerId!).Text;
        FailedBy = Failures.Without(ErrorClass.Host).Text;
        NotBefore = null;
        Start(now);
    }

    /// <summary>Counts a run that ended without success.</summary>
    /// <param name="lostOn">The worker that was lost with it; null when its end was seen.</param>
    public void Charge(ErrorClass fault, string? lostOn)
    {
        FailedBy = Failures.With(fault).Text;
        if (Failures.AreCharged(fault))
            Attempts++;
        if (lostOn is not null && fault is ErrorClass.Host)
            LostOn = Losses.With(lostOn).Text;
    }

    /// <summary>A person gives it all its attempts again.</summary>
    public void Forgive() => (Attempts, LostOn, FailedBy) = (0, "", "");

    /// <summary>Takes over what its run reported and where that leaves it.</summary>
    public void EndRun(Run run, Status status, string? reason, DateTimeOffset now)
    {
        LiveRunId = null;
        // What an earlier run said on its way is not the result of the one that did the task.
        var did = status is Status.Done or Status.Review;
        Summary = did ? run.Summary : run.Summary ?? Summary;
        Metadata = did ? run.Metadata : run.Metadata ?? Metadata;
        Enter(status, now, reason);
    }

    /// <summary>Its run ended without a result and it goes back to where it may start.</summary>
    /// <param name="notBefore">When it may start again; null for at once.</param>
    public void Requeue(DateTimeOffset? notBefore, DateTimeOffset now, string? reason)
    {
        LiveRunId = null;
        NotBefore = notBefore;
        // A hand may have taken a parent back while it ran.
        Release(!HeldByParents, now, reason);
    }
}
