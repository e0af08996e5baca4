using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Runs;

/// <summary>What becomes of a task whose run ended without a result.</summary>
public static class RetryPolicy
{
    /// <summary>Longest wait between two attempts.</summary>
    public static readonly TimeSpan MaxBackoff = TimeSpan.FromHours(1);

    /// <param name="state">How the run ended: Failed, TimedOut or Lost.</param>
    /// <param name="attempts">Attempts charged to the task, this one included.</param>
    /// <param name="losses">The losses among them, this one included.</param>
    /// <param name="jitter">0 to 1, from the caller, so that the rule stays pure.</param>
    public static Verdict Decide(Lane lane, RunState state, int attempts, Losses losses, string reason, double jitter)
    {
        if (lane.Retry is RetryMode.Never)
            return new(Status.Failed, null, reason);
        if (lane.Retry is RetryMode.Ask)
            return new(Status.Blocked, null, $"{reason}; lane {lane.Name} asks before it tries again");
        if (attempts >= lane.MaxAttempts)
            // Nobody has seen it fail. It may be what ends the workers it meets, so it goes to no other one unless a person says so.
            return state is RunState.Lost && lane.MaxAttempts > 1
                ? new(Status.Blocked, null, $"{reason}; set aside after {attempts} of {lane.MaxAttempts} attempts: it was lost on {losses}, and may be what ends its workers")
                : new(Status.Failed, null, $"{reason}; {attempts} of {lane.MaxAttempts} attempts used");
        // One loss says nothing against the task: another worker takes it at once. Losses that repeat must not go round without end.
        if (state is RunState.Lost)
            return losses.Count <= 1
                ? new(Status.Ready, null, null)
                : new(Status.Ready, Backoff(lane, losses.Count - 1, jitter), $"{reason}; lost on {losses}; attempt {attempts + 1} of {lane.MaxAttempts} follows");
        return new(Status.Ready, Backoff(lane, attempts, jitter), $"{reason}; attempt {attempts + 1} of {lane.MaxAttempts} follows");
    }

    /// <summary>Doubles with each attempt; half of it is jitter, so that tasks that failed together don't return together.</summary>
    private static TimeSpan Backoff(Lane lane, int attempts, double jitter)
    {
        var full = lane.BackoffSeconds * Math.Pow(2, Math.Min(attempts - 1, 20));
        return TimeSpan.FromSeconds(Math.Min(full, MaxBackoff.TotalSeconds) * (0.5 + jitter / 2));
    }

    /// <param name="To">Ready (after <paramref name="After"/>), Blocked or Failed.</param>
    public sealed record Verdict(Status To, TimeSpan? After, string? Reason);
}
