using Kanban.Bus.Worker.Logs;

namespace Kanban.Bus.Worker.Runs;

/// <summary>The clocks of one run: run time, silence, output, and contact with the board. Asked about ten times a second.</summary>
internal sealed class RunWatch(LiveRun run, IReadOnlyList<LogFile> streams, long mostLogBytes, TimeProvider clock)
{
    private long _bytes = -1;
    private long _lastByteAt = clock.GetTimestamp();

    /// <summary>Why the run is to be ended now; null while it may go on.</summary>
    public StopCause? Check()
    {
        var bytes = streams.Sum(s => s.Length);
        if (bytes != _bytes)
        {
            _bytes = bytes;
            _lastByteAt = clock.GetTimestamp();
        }

        var limits = run.Grant.Limits;
        if (limits.MaxRuntimeSeconds is { } most && clock.GetElapsedTime(run.StartedAt).TotalSeconds > most)
            return StopCause.RanTooLong(most);
        if (limits.SilenceSeconds is { } silence && clock.GetElapsedTime(_lastByteAt).TotalSeconds > silence)
            return StopCause.Silent(silence);
        if (bytes > mostLogBytes)
            return StopCause.Wrote(mostLogBytes);
        return run.IsPastLease ? StopCause.Disconnected(run.SinceRenewed.TotalSeconds) : null;
    }
}
