using Kanban.Bus.Contracts;

namespace Kanban.Bus.Worker.Runs;

/// <summary>Why the worker ends a run that has not ended by itself.</summary>
/// <param name="Outcome">What the board will be told.</param>
/// <param name="Class">What is at fault; null where the end was asked for.</param>
internal sealed record StopCause(Outcome Outcome, string Reason, ErrorClass? Class = null)
{
    /// <summary>Another run of the task may be at work already: what this one leaves must not come before that one's.</summary>
    public bool IsStale => Outcome is Outcome.Lost || this == LeaseGone || this == Superseded;

    public static StopCause Asked(string reason) => new(Outcome.Stopped, reason);

    public static StopCause LeaseGone { get; } = new(Outcome.Stopped, "the board had given up its lease", ErrorClass.Board);

    public static StopCause Superseded { get; } = new(Outcome.Stopped, "another process registered this worker's id", ErrorClass.Host);

    public static StopCause RanTooLong(int seconds) => new(Outcome.TimedOut, $"ran longer than {seconds} s", ErrorClass.Task);

    public static StopCause Silent(int seconds) => new(Outcome.TimedOut, $"wrote nothing for {seconds} s", ErrorClass.Agent);

    public static StopCause Wrote(long bytes) => new(Outcome.Failed, $"wrote more than {bytes:N0} bytes of output", ErrorClass.Agent);

    public static StopCause Took(string what) => new(Outcome.Failed, $"took {what}", ErrorClass.Task);

    public static StopCause Disconnected(double seconds) =>
        new(Outcome.Lost, $"ended by its worker: no answer from the board for {seconds:0} s, and the lane's onDisconnect is stop", ErrorClass.Board);

    public static StopCause Lingered(double seconds) => new(Outcome.Failed, $"went on for {seconds:0} s after it had said that it ends", ErrorClass.Agent);

    public static StopCause Drained { get; } = new(Outcome.Released, "handed back: its worker drains");
}
