using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Logs;

namespace Kanban.Bus.Worker.Runs;

/// <summary>The clocks of one run: run time, silence, output, and contact with the board. Asked about ten times a second.</summary>
/// <param name="host">Limits of the host's own; the tighter one counts.</param>
internal sealed class RunWatch(LiveRun run, IReadOnlyList<LogFile> streams, long mostLogBytes, ProfileLimits host, TimeProvider clock)
{
    /// <summary>How long a run may go on after it said that it has ended: an agent that ends by a tool's call says a last word then.</summary>
    public static readonly TimeSpan AfterEnding = TimeSpan.FromMinutes(1);

    private long _bytes = -1;
    private long _lastByteAt = clock.GetTimestamp();
    private DateTime _pulse;
    private long? _saidAt;

    /// <summary>Why the run is to be ended now; null while it may go on.</summary>
    public StopCause? Check()
    {
        var bytes = streams.Sum(s => s.Length);
        var pulse = File.GetLastWriteTimeUtc(run.Directory.PulseFile);
        if (bytes != _bytes || pulse != _pulse)
        {
            (_bytes, _pulse) = (bytes, pulse);
            _lastByteAt = clock.GetTimestamp();
        }

        // Its work is over: what still runs of it only holds its slot.
        if (_saidAt is null && SaidEnding.IsThere(run.Directory))
            _saidAt = clock.GetTimestamp();
        if (_saidAt is { } said && clock.GetElapsedTime(said) > AfterEnding)
            return StopCause.Lingered(AfterEnding.TotalSeconds);

        var limits = run.Grant.Limits;
        if (Tighter(limits.MaxRuntimeSeconds, host.MaxRuntime) is { } most && clock.GetElapsedTime(run.StartedAt).TotalSeconds > most)
            return StopCause.RanTooLong(most);
        if (Tighter(limits.SilenceSeconds, host.Silence) is { } silence && clock.GetElapsedTime(_lastByteAt).TotalSeconds > silence)
            return StopCause.Silent(silence);
        if (bytes > mostLogBytes)
            return StopCause.Wrote(mostLogBytes);
        return run.IsPastLease ? StopCause.Disconnected(run.SinceRenewed.TotalSeconds) : null;
    }

    private static int? Tighter(int? lanes, TimeSpan? hosts) => hosts is { } own && !(lanes <= own.TotalSeconds) ? (int)own.TotalSeconds : lanes;
}
