using Kanban.Bus.Board.Lanes;
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

    /// <summary>Moves the task of a run that reported its end.</summary>
    public static void Apply(Run run, Lane lane, FinishRun finish, double jitter)
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
                break;
            case Outcome.Released:
                task.Requeue(null, finish.Now, finish.Reason);
                break;
            default:
                Retry(run, lane, StateOf(finish.Outcome), finish.Reason ?? Words(finish.Outcome), jitter, finish.Now);
                break;
        }
    }

    /// <summary>Charges the attempt and follows the lane's retry policy.</summary>
    public static void Retry(Run run, Lane lane, RunState state, string reason, double jitter, DateTimeOffset now)
    {
        var task = run.Task;
        task.Attempts++;
        if (state is RunState.Lost)
            task.LostOn = task.Losses.With(run.WorkerId!).Text;
        var verdict = RetryPolicy.Decide(lane, state, task.Attempts, task.Losses, reason, jitter);
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
