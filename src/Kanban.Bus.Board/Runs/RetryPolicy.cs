using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Runs;

/// <summary>What becomes of a task whose run ended without a result.</summary>
public static class RetryPolicy
{
    /// <summary>Longest wait between two attempts.</summary>
    public static readonly TimeSpan MaxBackoff = TimeSpan.FromHours(1);

    /// <param name="state">How the run ended: Failed, TimedOut or Lost.</param>
    /// <param name="failures">The task's, this one included.</param>
    /// <param name="losses">Those of them that nobody saw end, this one included.</param>
    /// <param name="jitter">0 to 1, from the caller, so that the rule stays pure.</param>
    /// <param name="asked">Until when its provider said that trying again is in vain; null when it said nothing.</param>
    public static Verdict Decide(
        Lane lane, RunState state, ErrorClass fault, Failures failures, Losses losses, string reason, double jitter, TimeSpan? asked = null)
    {
        if (lane.Retry is RetryMode.Never)
            return new(Status.Failed, null, reason);
        if (lane.Retry is RetryMode.Ask)
            return new(Status.Blocked, null, $"{reason}; lane {lane.Name} asks before it tries again");

        var rule = RetryRules.Of(lane, fault);
        var (used, most) = rule.Attempts is { } own
            ? (failures.Of(fault), own)
            : (failures.Of(c => RetryRules.Of(lane, c).Attempts is null), lane.MaxAttempts);
        var isLoss = state is RunState.Lost && fault is ErrorClass.Host;
        if (used >= most)
        {
            // Nobody has seen it fail. It may be what ends the workers it meets, so it goes to no other one unless a person says so.
            if (isLoss && most > 1)
                return new(Status.Blocked, null, $"{reason}; set aside after {used} of {most} attempts: it was lost on {losses}, and may be what ends its workers");
            return Failures.AreCharged(fault)
                ? new(Status.Failed, null, $"{reason}; {used} of {most} attempts used")
                : new(Status.Blocked, null, $"{reason}; set aside after {used} runs that ended by the fault of the {Words.Of(fault)}");
        }

        var next = Failures.AreCharged(fault) ? $"attempt {used + 1} of {most} follows" : $"no attempt is charged for {Words.Of(fault)} errors ({used} of {most})";
        // One fault of a host says nothing against the task: another worker takes it at once. Those that repeat must not go round without end.
        if (fault is ErrorClass.Host or ErrorClass.Board)
        {
            var before = (isLoss ? losses.Count : failures.Of(fault)) - 1;
            return before <= 0
                ? new(Status.Ready, null, null)
                : new(Status.Ready, Backoff(rule, before, jitter), isLoss ? $"{reason}; lost on {losses}; {next}" : $"{reason}; {next}");
        }

        var wait = Backoff(rule, rule.Attempts is null ? used : failures.Of(fault), jitter);
        return new(Status.Ready, asked > wait ? asked : wait, $"{reason}; {next}");
    }

    /// <summary>Doubles with each attempt; half of it is jitter, so that tasks that failed together don't return together.</summary>
    private static TimeSpan Backoff(RetryRule rule, int attempts, double jitter)
    {
        var full = rule.BackoffSeconds!.Value * Math.Pow(2, Math.Min(attempts - 1, 20));
        return TimeSpan.FromSeconds(Math.Min(full, MaxBackoff.TotalSeconds) * (0.5 + jitter / 2));
    }

    /// <param name="To">Ready (after <paramref name="After"/>), Blocked or Failed.</param>
    public sealed record Verdict(Status To, TimeSpan? After, string? Reason);
}
