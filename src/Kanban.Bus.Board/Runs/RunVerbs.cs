using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using MassTransit;

namespace Kanban.Bus.Board.Runs;

/// <summary>What the state machine's transitions do, in the order of a run's life. Each changes rows of the batch's context and writes its event there.</summary>
internal static class RunVerbs
{
    public static EventActivityBinder<Run, ClaimRun> GrantLease(this EventActivityBinder<Run, ClaimRun> binder) => binder.Then(context =>
    {
        var (run, claim, db) = (context.Saga, context.Message, Db(context));
        run.GrantLease(claim.WorkerId, claim.Host, claim.Slot, run.Task.NextFencingToken(), claim.Now);
        run.TokenHash = claim.TokenHash;
        db.Leases.Add(LeaseOf(run, claim.Now, claim.Lease));
        var from = run.Task.Status;
        run.Task.Start(claim.Now);
        var actor = "worker:" + claim.WorkerId;
        db.Events.Add(BoardEvent.Of(EventTypes.RunStarted, run, actor, claim.Now, new { host = claim.Host, attempt = run.Number, token = run.FencingToken }));
        db.Events.Add(BoardEvent.Moved(run.Task, from, actor, claim.Now, run.CorrelationId));
    });

    public static EventActivityBinder<Run, WithdrawOffer> TakeBack(this EventActivityBinder<Run, WithdrawOffer> binder) => binder.Then(context =>
    {
        var (run, withdraw) = (context.Saga, context.Message);
        Free(run, withdraw.Now);
        End(context, RunState.Withdrawn, withdraw.Reason, withdraw.Actor, withdraw.Now);
    });

    public static EventActivityBinder<Run, StopRun> CancelUnclaimed(this EventActivityBinder<Run, StopRun> binder) => binder.Then(context =>
    {
        var (run, stop) = (context.Saga, context.Message);
        Free(run, stop.Now);
        MoveTask(context, stop.Actor, stop.Now, () => run.Task.Enter(Status.Cancelled, stop.Now, stop.Reason));
        End(context, RunState.Withdrawn, stop.Reason, stop.Actor, stop.Now);
    });

    public static EventActivityBinder<Run, StopRun> AskWorkerToStop(this EventActivityBinder<Run, StopRun> binder) => binder.Then(context =>
    {
        var (run, stop) = (context.Saga, context.Message);
        run.StopAs = RunState.Cancelled;
        run.Reason = stop.Reason;
        run.Task.Reason = stop.Reason;
        run.Task.Touch(stop.Now);
        Db(context).Events.Add(BoardEvent.Of(EventTypes.RunStopping, run, stop.Actor, stop.Now, new { reason = stop.Reason }));
    });

    public static EventActivityBinder<Run, FinishRun> RecordOutcome(this EventActivityBinder<Run, FinishRun> binder) => binder.Then(context =>
    {
        var (run, finish) = (context.Saga, context.Message);
        run.Report(finish);
        var parked = AccountParking.Park(Db(context), run, finish, Jitter());
        MoveTask(context, finish.Actor, finish.Now, () => RunEnding.Apply(run, LaneOf(context), finish, Jitter(), parked));
        End(context, RunEnding.StateOf(finish.Outcome), finish.Reason, finish.Actor, finish.Now);
    });

    public static EventActivityBinder<Run, FinishRun> RecordStopped(this EventActivityBinder<Run, FinishRun> binder) => binder.Then(context =>
    {
        var (run, finish) = (context.Saga, context.Message);
        var (asked, state) = (run.Reason, run.StateAfterStop(finish.Outcome));
        run.Report(finish);
        (run.Class, run.Fingerprint) = (null, null);
        MoveTask(context, finish.Actor, finish.Now, () =>
        {
            if (state is RunState.Succeeded)
                RunEnding.Apply(run, LaneOf(context), finish, Jitter());
            else
                run.Task.EndRun(run, Status.Cancelled, asked, finish.Now);
        });
        End(context, state, state is RunState.Succeeded ? finish.Reason : asked, finish.Actor, finish.Now);
    });

    public static EventActivityBinder<Run, LoseRun> ConcludeStop(this EventActivityBinder<Run, LoseRun> binder) => binder.Then(context =>
    {
        var (run, lose) = (context.Saga, context.Message);
        var asked = run.Reason;
        MoveTask(context, Actors.Board, lose.Now, () => run.Task.EndRun(run, Status.Cancelled, asked, lose.Now));
        End(context, run.StopAs ?? RunState.Cancelled, $"{asked}; {lose.Reason}", Actors.Board, lose.Now);
    });

    public static EventActivityBinder<Run, LoseRun> Reclaim(this EventActivityBinder<Run, LoseRun> binder) => binder.Then(context =>
    {
        var (run, lose) = (context.Saga, context.Message);
        run.Class = ErrorClass.Host;
        MoveTask(context, Actors.Board, lose.Now, () => RunEnding.Retry(run, LaneOf(context), RunState.Lost, lose.Reason, Jitter(), lose.Now));
        End(context, RunState.Lost, lose.Reason, Actors.Board, lose.Now);
    });

    public static EventActivityBinder<Run, ResumeRun> RestoreLease(this EventActivityBinder<Run, ResumeRun> binder) => binder.Then(context =>
    {
        var (run, resume, db) = (context.Saga, context.Message, Db(context));
        run.Resume();
        db.Leases.Add(LeaseOf(run, resume.Now, resume.Lease));
        var actor = "worker:" + run.WorkerId;
        MoveTask(context, actor, resume.Now, () => run.Task.TakeUp(run, resume.Now));
        db.Events.Add(BoardEvent.Of(EventTypes.RunResumed, run, actor, resume.Now, new { host = run.Host, attempt = run.Number, token = run.FencingToken }));
    });

    /// <summary>A stale report changes nothing; a person can look at it and adopt it (P2), see <see cref="AdoptRun"/>.</summary>
    public static EventActivityBinder<Run, FinishRun> KeepAsLateResult(this EventActivityBinder<Run, FinishRun> binder) => binder.Then(context =>
    {
        var (run, finish) = (context.Saga, context.Message);
        if (!run.KeepLate(finish))
            return;
        Db(context).Events.Add(BoardEvent.Of(EventTypes.RunLate, run, finish.Actor, finish.Now,
            new { outcome = finish.Outcome, token = finish.FencingToken, taskToken = run.Task.FencingToken }));
    });

    public static EventActivityBinder<Run, T> TransitionTo<T>(this EventActivityBinder<Run, T> binder, RunStateMachine machine, Func<BehaviorContext<Run, T>, RunState> next)
        where T : class => binder.ThenAsync(context => context.TransitionToState(machine.GetState(next(context).ToString())));

    private static Lease LeaseOf(Run run, DateTimeOffset now, TimeSpan lease) => new()
    {
        RunId = run.CorrelationId,
        WorkerId = run.WorkerId!,
        FencingToken = run.FencingToken,
        TokenHash = run.TokenHash!,
        ExpiresAt = now + lease,
        RenewedAt = now,
    };

    private static void Free(Run run, DateTimeOffset now)
    {
        run.Task.LiveRunId = null;
        run.Task.Touch(now);
    }

    private static void MoveTask<T>(BehaviorContext<Run, T> context, string actor, DateTimeOffset now, Action move) where T : class
    {
        var task = context.Saga.Task;
        var from = task.Status;
        move();
        if (task.Status != from)
            Db(context).Events.Add(BoardEvent.Moved(task, from, actor, now, context.Saga.CorrelationId));
    }

    private static void End<T>(BehaviorContext<Run, T> context, RunState state, string? reason, string actor, DateTimeOffset now) where T : class
    {
        var (run, db) = (context.Saga, Db(context));
        run.End(reason, now);
        if (db.Lanes.Local.FindEntry(run.Lane) is { Entity: { } lane })
            LaneBreakers.Ended(db, lane, run, state, now);
        if (db.Leases.Local.FindEntry(run.CorrelationId) is { } lease)
            lease.State = Microsoft.EntityFrameworkCore.EntityState.Deleted;
        db.Events.Add(BoardEvent.Of(EventTypes.RunEnded, run, actor, now, new { state, reason, exitCode = run.ExitCode, attempt = run.Number, @class = run.Class }));
    }

    private static Lane LaneOf<T>(BehaviorContext<Run, T> context) where T : class =>
        Db(context).Lanes.Local.FindEntry(context.Saga.Lane)?.Entity
        ?? throw new InvalidOperationException($"Lane {context.Saga.Lane} of run {context.Saga.CorrelationId} was not loaded with its batch.");

    private static BoardDbContext Db<T>(BehaviorContext<Run, T> context) where T : class => context.GetPayload<BoardDbContext>();

    // Spreads retries; nothing secret or fair depends on it.
#pragma warning disable CA5394
    private static double Jitter() => Random.Shared.NextDouble();
#pragma warning restore CA5394
}
