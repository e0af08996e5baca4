using System.ComponentModel;
using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Hosting;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Shim;

/// <summary>Ends all processes of a run: TERM or what its executor says, grace, KILL, and back only when every one is seen dead.</summary>
internal sealed class TreeStop(ProcessScanner scanner, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ShimPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FreezeLimit = TimeSpan.FromSeconds(2);

    /// <param name="shim">Spared at first: it ends by itself with the exit status once its command is dead. Null when it is gone already.</param>
    /// <param name="cgroup">Null where runs have none.</param>
    /// <param name="mustEnd">Asked all along: true cuts the grace short.</param>
    /// <param name="steps">Signals within the grace; TERM at once unless told.</param>
    /// <param name="done">Asked all along: true when its work is over and the next signal need not wait.</param>
    public async Task StopAsync(Guid runId, ProcessIdentity? shim, RunCgroup? cgroup, TimeSpan grace, Func<bool> mustEnd, IReadOnlyList<StopStep>? steps = null, Func<bool>? done = null)
    {
        var refused = new HashSet<int>();
        var started = clock.GetTimestamp();
        var next = new Queue<StopStep>(grace > TimeSpan.Zero ? steps ?? StopStep.Term : []);

        long? alone = null;
        var warned = 0;
        while (await scanner.MembersAsync(runId) is var members && (members.Count > 0 || cgroup is { IsPopulated: true }))
        {
            var elapsed = clock.GetElapsedTime(started);
            while (next.TryPeek(out var step) && (elapsed >= grace * step.After || done?.Invoke() == true))
            {
                var commands = step.ToCommand ? Commands(members, shim?.Pid) : [];
                foreach (var member in commands.Count > 0 ? commands : members)
                    Send(runId, member, step.Signal, refused);
                next.Dequeue();
            }
            if (elapsed >= grace || mustEnd())
            {
                if (cgroup is not null)
                    cgroup.Kill();
                else
                    members = await FreezeAsync(runId, shim, members, refused);
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

    /// <summary>Halts everything until a look finds nothing new: what forks without end would outrun a killing one by one.</summary>
    /// <returns>All that was found.</returns>
    private async Task<IReadOnlyList<ProcStat>> FreezeAsync(Guid runId, ProcessIdentity? shim, IReadOnlyList<ProcStat> members, HashSet<int> refused)
    {
        var found = new Dictionary<(int, long), ProcStat>();
        for (var since = clock.GetTimestamp(); ; members = await scanner.MembersAsync(runId))
        {
            var before = found.Count;
            foreach (var member in members)
            {
                if (found.TryAdd((member.Pid, member.StartTicks), member) && member.Pid != shim?.Pid)
                    Send(runId, member, Signal.Stop, refused);
            }
            if (found.Count == before || clock.GetElapsedTime(since) > FreezeLimit)
                return [.. found.Values];
        }
    }

    /// <summary>What the shim has started. One that started itself once more is the later: podman without root gets lost where the earlier is signalled.</summary>
    private static List<ProcStat> Commands(IReadOnlyList<ProcStat> members, int? shim)
    {
        var commands = members.Where(m => m.Session == shim && m.ParentPid == shim).ToList();
        for (var i = 0; i < commands.Count; i++)
        {
            var line = CommandLine(commands[i].Pid);
            while (line is not null && members.Where(m => m.ParentPid == commands[i].Pid).Cast<ProcStat?>().FirstOrDefault(m => CommandLine(m!.Value.Pid) == line) is { } again)
                commands[i] = again;
        }
        return commands;
    }

    private static string? CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline") is { Length: > 0 } line ? line : null;
        }
        catch (IOException)
        {
            return null;
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
