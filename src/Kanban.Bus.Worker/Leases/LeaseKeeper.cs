using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Board;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Hosting.Pressure;
using Kanban.Bus.Worker.Runs;
using Kanban.Bus.Worker.Slots;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Leases;

/// <summary>Renews the leases of all held runs: one request per interval, at once when the board asks for it, and soon again after a miss.</summary>
internal sealed class LeaseKeeper(
    string workerId, BoardApi board, HeldRuns held, IReadOnlyDictionary<string, LaneSlots> lanes, HostPressure pressure, TimeProvider clock, TimeProvider uptime, ILogger log)
{
    private static readonly TimeSpan BeatDeadline = TimeSpan.FromSeconds(4);
    private readonly Wake _now = new();

    /// <summary>Whether the worker takes no new work; said in each heartbeat.</summary>
    public bool Draining { get; set; }

    public void BeatNow() => _now.Set();

    /// <summary>Beats until the session ends; it ends by one of the session's faults (<see cref="TokenRefusedException"/>, <see cref="SessionSupersededException"/>, <see cref="ProtocolRefusedException"/>).</summary>
    public async Task RunAsync(Registered session, Action<Orders> apply, CancellationToken ct)
    {
        var interval = TimeSpan.FromSeconds(session.HeartbeatSeconds);
        var lease = TimeSpan.FromSeconds(session.LeaseSeconds);
        var deadline = BeatDeadline < lease / 2 ? BeatDeadline : lease / 2;
        var backoff = new Backoff(clock, TimeSpan.FromMilliseconds(500), interval);
        long? awaySince = null;
        while (true)
        {
            await Task.WhenAny(_now.WaitAsync(), Task.Delay(awaySince is null ? interval : backoff.Next(), clock, ct));
            ct.ThrowIfCancellationRequested();
            _now.Reset();
            try
            {
                await BeatAsync(apply, deadline, ct);
                if (awaySince is { } since)
                    log.BoardBack(board.Address, clock.GetElapsedTime(since).TotalSeconds);
                awaySince = null;
                backoff.Reset();
            }
            catch (BoardAwayException e)
            {
                if (awaySince is null)
                    log.BoardAway(board.Address, clock.GetUtcNow(), held.All.Count, e.Message);
                awaySince ??= clock.GetTimestamp();
            }
            catch (BoardRefusedException e)
            {
                log.HeartbeatRefused(workerId, e.Message);
            }
        }
    }

    private async Task BeatAsync(Action<Orders> apply, TimeSpan deadline, CancellationToken ct)
    {
        var named = held.All;
        // First of all after a sleep: the board may have given such a run to another, and its answer takes time.
        foreach (var run in named.Where(r => r.IsPastLease))
            run.AskStop(StopCause.Disconnected(run.SinceRenewed.TotalSeconds));
        var sentAt = uptime.GetTimestamp();
        var met = named.Select(r => (Run: r, Met: r.Met.Take())).Where(r => r.Met is not null).ToList();
        var progress = named.Select(r => (Run: r, New: r.Progress.Take(clock))).Where(r => r.New is not null).ToList();
        var heartbeat = new Heartbeat(
            [.. named.Select(r => new HeldRun(r.Grant.RunId, r.Grant.FencingToken))],
            lanes.ToDictionary(l => l.Key, l => l.Value.Free), Draining, LoadAverage(), met.Count == 0 ? null : [.. met.Select(m => m.Met!)], pressure.Look(),
            progress.Count == 0 ? null : [.. progress.Select(p => p.New!)]);
        Orders orders;
        try
        {
            orders = await board.BeatAsync(workerId, heartbeat, deadline, ct);
        }
        catch
        {
            met.ForEach(m => m.Run.Met.PutBack(m.Met!));
            progress.ForEach(p => p.Run.Progress.PutBack());
            throw;
        }

        foreach (var run in named.Where(r => !orders.Forget.Contains(r.Grant.RunId)))
            run.Renew(sentAt);
        LeaseFiles.Write(named, log);
        apply(orders);
    }

    private static double? LoadAverage() =>
        File.Exists("/proc/loadavg") && double.TryParse(File.ReadAllText("/proc/loadavg").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture, out var load) ? load : null;
}
