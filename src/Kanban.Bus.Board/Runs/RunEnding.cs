using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Runs;

/// <summary>Where an ended run leaves its task.</summary>
public static class RunEnding
{
    /// <summary>The final state of a held run that reported this.</summary>
    public static RunState StateOf(Outcome outcome) => outcome switch
    {
        Outcome.Succeeded or Outcome.Review => RunState.Succeeded,
        Outcome.Failed or Outcome.Blocked => RunState.Failed,
        Outcome.TimedOut => RunState.TimedOut,
        Outcome.Released => RunState.Withdrawn,
        // Stopped without having been asked: its worker ended it by itself, as it does when it loses the board.
        _ => RunState.Lost,
    };

    /// <summary>What was at fault; where neither the run nor its worker said so, by what is seen. Null where nothing went wrong.</summary>
    public static ErrorClass? ClassOf(Outcome outcome, ErrorClass? said) => outcome switch
    {
        Outcome.Succeeded or Outcome.Review or Outcome.Released or Outcome.Blocked => null,
        Outcome.Lost or Outcome.Stopped => said ?? ErrorClass.Host,
        _ => said ?? ErrorClass.Task,
    };

    /// <summary>Moves the task of a run that reported its end.</summary>
    /// <param name="parked">Whether the run's accounts are closed until its limit resets: its task then waits for them.</param>
    public static void Apply(Run run, Lane lane, FinishRun finish, double jitter, bool parked = false)
    {
        var task = run.Task;
        switch (finish.Outcome)
        {
            case Outcome.Succeeded:
                task.EndRun(run, Status.Done, null, finish.Now);
                break;
            case Outcome.Review:
                task.EndRun(run, Status.Review, finish.Reason, finish.Now);
                break;
            case Outcome.Blocked:
                task.EndRun(run, Status.Blocked, finish.Reason ?? "the run asked for a person", finish.Now);
                task.Asks = finish.Question;
                task.Allows &= !finish.Question;
                break;
            case Outcome.Released:
                task.Requeue(null, finish.Now, finish.Reason);
                break;
            default:
                if (parked && lane.Retry is RetryMode.Auto && task.OnLimit is OnLimit.Wait)
                    task.Requeue(null, finish.Now, null);
                else
                    Retry(run, lane, StateOf(finish.Outcome), finish.Reason ?? Words(finish.Outcome), jitter, finish.Now, finish.RetryAt);
                break;
        }
    }

    /// <summary>Counts the failure, charges the attempt where the task is charged for it, and follows the lane's retry policy.</summary>
    /// <param name="resetsAt">When the provider's limit resets that the run met.</param>
    public static void Retry(Run run, Lane lane, RunState state, string reason, double jitter, DateTimeOffset now, DateTimeOffset? resetsAt = null)
    {
        var task = run.Task;
        var fault = run.Class ?? ErrorClass.Host;
        task.Charge(fault, state is RunState.Lost ? run.WorkerId : null);
        var asked = fault is ErrorClass.Provider && resetsAt is { } at ? Parking.Until(at, now, jitter) - now : (TimeSpan?)null;
        var verdict = RetryPolicy.Decide(lane, state, fault, task.Failures, task.Losses, reason, jitter, asked);
        if (verdict.To is Status.Ready)
            task.Requeue(now + verdict.After, now, verdict.Reason);
        else
            task.EndRun(run, verdict.To, verdict.Reason, now);
    }

    private static string Words(Outcome outcome) => outcome switch
    {
        Outcome.TimedOut => "timed out",
        Outcome.Failed => "failed",
        _ => "lost",
    };
}
