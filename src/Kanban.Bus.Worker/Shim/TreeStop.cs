using System.ComponentModel;
using Kanban.Bus.Worker.Hosting;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Shim;

/// <summary>Ends all processes of a run: TERM, grace, KILL, and back only when every one is seen dead.</summary>
internal sealed class TreeStop(ProcessScanner scanner, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ShimPatience = TimeSpan.FromSeconds(1);

    /// <param name="shim">Spared at first: it ends by itself with the exit status once its command is dead. Null when it is gone already.</param>
    /// <param name="mustEnd">Asked all along: true cuts the grace short.</param>
    public async Task StopAsync(Guid runId, ProcessIdentity? shim, TimeSpan grace, Func<bool> mustEnd)
    {
        var refused = new HashSet<int>();
        var started = clock.GetTimestamp();
        if (grace > TimeSpan.Zero)
        {
            foreach (var member in await scanner.MembersAsync(runId))
                Send(runId, member, Signal.Term, refused);
        }

        long? alone = null;
        var warned = 0;
        while (await scanner.MembersAsync(runId) is { Count: > 0 } members)
        {
            var elapsed = clock.GetElapsedTime(started);
            if (elapsed >= grace || mustEnd())
            {
                var others = members.Where(m => m.Pid != shim?.Pid).ToList();
                if (others.Count > 0)
                    alone = null;
                else
                    alone ??= clock.GetTimestamp();
                // The shim is killed only when nothing else is left and it still does not end.
                foreach (var member in alone is { } since && clock.GetElapsedTime(since) > ShimPatience ? members : others)
                    Send(runId, member, Signal.Kill, refused);
            }
            if (elapsed > grace + (TimeSpan.FromSeconds(10) * (warned + 1)))
            {
                warned++;
                log.TreeSurvivesKill(runId, members.Count, string.Join(' ', members.Select(m => m.Pid)), elapsed.TotalSeconds);
            }
            await Task.Delay(Look, clock);
        }
    }

    /// <summary>A process that may not be signalled, such as one that became another user's by sudo, stays among the living: the run is not over while it lives.</summary>
    private void Send(Guid runId, ProcStat member, Signal signal, HashSet<int> refused)
    {
        try
        {
            Kernel.TrySend(member.Pid, member.StartTicks, signal);
        }
        catch (Win32Exception e)
        {
            if (refused.Add(member.Pid))
                log.SignalRefused(runId, member.Pid, signal.ToString(), e.Message);
        }
    }
}
