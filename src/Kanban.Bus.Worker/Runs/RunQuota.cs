using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Shim;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Runs;

/// <summary>What one run may take of its host: memory and processes, which the kernel holds where it can and which are looked at once a second elsewhere, and disk, which is looked at every few seconds.</summary>
/// <param name="limits">Of the run's profile.</param>
/// <param name="byEngine">Memory and processes are the container engine's to bound.</param>
internal sealed class RunQuota(LiveRun run, ProfileLimits limits, bool byEngine, ProcessScanner scanner, TimeProvider clock)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DiskLook = TimeSpan.FromSeconds(5);

    /// <summary>The pause after a look at the disk, in lengths of the look.</summary>
    private const int DiskShare = 20;

    private const int WatchProcesses = 2;

    private readonly RunCgroup? _cgroup = run.Directory.Cgroup;
    private readonly int? _memoryMb = byEngine ? null : limits.MemoryMb;
    private readonly int? _processes = byEngine ? null : limits.Processes;
    private long _lookedAt = clock.GetTimestamp();
    private long _diskDueAt = clock.GetTimestamp();
    private Task<long> _disk = Task.FromResult(0L);

    /// <summary>Why the run is to be ended now; null while it may go on. Asked about ten times a second.</summary>
    public StopCause? Check()
    {
        if (limits.DiskMb is { } disk && DiskBytes() > (long)disk << 20)
            return StopCause.Took($"more than {disk:N0} MiB of disk");
        if (_memoryMb is null && _processes is null || clock.GetElapsedTime(_lookedAt) < Look)
            return null;
        _lookedAt = clock.GetTimestamp();
        var members = Members();
        if (_processes is { } most && !HeldByKernel("pids.max") && members.Sum(Usage.Tasks) > most + (_cgroup is null && run.EndsWithLease ? WatchProcesses : 0))
            return StopCause.Took(TooMany(most));
        return _memoryMb is { } memory && !HeldByKernel("memory.max") && Usage.MemoryBytes(members, (long)memory << 20) > (long)memory << 20 ? StopCause.Took(TooMuch(memory)) : null;
    }

    /// <summary>Says of a run that failed what the kernel did to it.</summary>
    public FinishItem Explain(FinishItem finish)
    {
        if (finish.Outcome is not Outcome.Failed || _cgroup is null)
            return finish;
        if (_memoryMb is { } memory && _cgroup.Count("memory.events", "oom_kill") > 0)
            return finish with { Reason = StopCause.Took(TooMuch(memory)).Reason, Class = ErrorClass.Task };
        return _processes is { } most && _cgroup.Count("pids.events", "max") > 0
            ? finish with { Reason = $"{finish.Reason}; it wanted {TooMany(most)}, which was refused" }
            : finish;
    }

    /// <summary>As of the last look; 0 while one is under way.</summary>
    private long DiskBytes()
    {
        if (_disk.IsCompleted && clock.GetTimestamp() >= _diskDueAt)
        {
            var began = clock.GetTimestamp();
            _disk = Task.Run(() =>
            {
                var bytes = Usage.DiskBytes(Folders(run.Directory));
                var took = clock.GetElapsedTime(began);
                var pause = took * DiskShare > DiskLook ? took * DiskShare : DiskLook;
                _diskDueAt = clock.GetTimestamp() + (long)(pause.TotalSeconds * clock.TimestampFrequency);
                return bytes;
            });
        }
        return _disk.IsCompleted ? _disk.Result : 0;
    }

    /// <summary>A directory of the host's own is no part of what the run takes.</summary>
    private static IEnumerable<string> Folders(RunDirectory run) =>
        run.ReadPlace() is { Kind: WorkspaceKind.Dir } ? [run.Home, run.Temporary] : [run.Workspace, run.Home, run.Temporary];

    /// <summary>In a cgroup there is the run alone; else the shim is left out, and its watch is allowed for.</summary>
    private IReadOnlyList<int> Members() => _cgroup?.Processes() ?? [.. scanner.Seen(run.Grant.RunId).Select(m => m.Pid).Where(pid => pid != run.Shim?.Pid)];

    private bool HeldByKernel(string file) => _cgroup?.Read(file) is { } held && held != "max";

    private static string TooMuch(int memory) => $"more than {memory:N0} MiB of memory";

    private static string TooMany(int processes) => $"more than {processes:N0} processes and threads";
}
