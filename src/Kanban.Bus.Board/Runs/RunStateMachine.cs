using Kanban.Bus.Contracts;
using MassTransit;

namespace Kanban.Bus.Board.Runs;

/// <summary>Offered → Running → (Stopping) → Succeeded, Failed, Cancelled, TimedOut or Lost; Offered → Withdrawn. One instance per run, never reused.</summary>
/// <remarks>Late and repeated messages are normal: each state lists what it takes and what it ignores. The verbs are in <see cref="RunVerbs"/>.</remarks>
public sealed class RunStateMachine : MassTransitStateMachine<Run>
{
    public RunStateMachine()
    {
        InstanceState(run => run.State);
        Event(() => Claim, e => ByRunId(e, m => m.RunId));
        Event(() => Finish, e => ByRunId(e, m => m.RunId));
        Event(() => Withdraw, e => ByRunId(e, m => m.RunId));
        Event(() => Stop, e => ByRunId(e, m => m.RunId));
        Event(() => Lose, e => ByRunId(e, m => m.RunId));
        Event(() => Resume, e => ByRunId(e, m => m.RunId));

        During(Offered,
            When(Claim).GrantLease().TransitionTo(Running),
            When(Withdraw).TakeBack().TransitionTo(Withdrawn),
            When(Stop).CancelUnclaimed().TransitionTo(Withdrawn),
            Ignore(Finish),
            Ignore(Lose),
            Ignore(Resume));

        During(Running,
            When(Finish).IfElse(c => c.Saga.IsHeldWith(c.Message.FencingToken),
                held => held.RecordOutcome().TransitionTo(this, c => RunEnding.StateOf(c.Message.Outcome)),
                stale => stale.KeepAsLateResult()),
            When(Stop).AskWorkerToStop().TransitionTo(Stopping),
            When(Lose).Reclaim().TransitionTo(Lost),
            Ignore(Claim),
            Ignore(Withdraw),
            Ignore(Resume));

        During(Stopping,
            // A completion that comes before the stop took hold counts as completed.
            When(Finish).IfElse(c => c.Saga.IsHeldWith(c.Message.FencingToken),
                held => held.RecordStopped().TransitionTo(this, c => c.Saga.StateAfterStop(c.Message.Outcome)),
                stale => stale.KeepAsLateResult()),
            When(Lose).ConcludeStop().TransitionTo(this, c => c.Saga.StopAs ?? RunState.Cancelled),
            Ignore(Stop),
            Ignore(Claim),
            Ignore(Withdraw),
            Ignore(Resume));

        // The holder came back in time: nobody has claimed the task since.
        During(Lost,
            When(Resume).RestoreLease().TransitionTo(Running));

        During([Succeeded, Failed, Cancelled, TimedOut, Withdrawn],
            Ignore(Resume));

        During([Succeeded, Failed, Cancelled, TimedOut, Lost, Withdrawn],
            When(Finish).If(c => !c.Saga.IsRepeat(c.Message.FencingToken), late => late.KeepAsLateResult()),
            Ignore(Claim),
            Ignore(Withdraw),
            Ignore(Stop),
            Ignore(Lose));
    }

    public State Offered { get; private set; } = null!;
    public State Running { get; private set; } = null!;
    public State Stopping { get; private set; } = null!;
    public State Succeeded { get; private set; } = null!;
    public State Failed { get; private set; } = null!;
    public State Cancelled { get; private set; } = null!;
    public State TimedOut { get; private set; } = null!;
    public State Lost { get; private set; } = null!;
    public State Withdrawn { get; private set; } = null!;

    public Event<ClaimRun> Claim { get; private set; } = null!;
    public Event<FinishRun> Finish { get; private set; } = null!;
    public Event<WithdrawOffer> Withdraw { get; private set; } = null!;
    public Event<StopRun> Stop { get; private set; } = null!;
    public Event<LoseRun> Lose { get; private set; } = null!;
    public Event<ResumeRun> Resume { get; private set; } = null!;

    private static void ByRunId<T>(IEventCorrelationConfigurator<Run, T> e, Func<T, Guid> id) where T : class
    {
        e.CorrelateById(context => id(context.Message));
        // A run that isn't there any more: nothing to move, nothing to keep.
        e.OnMissingInstance(missing => missing.Discard());
    }
}
