using System.Globalization;
using System.Text;

namespace Kanban.Bus.Worker.Shim;

/// <summary>Which live processes belong to which run, from <c>/proc</c>. One scan answers everyone who asked meanwhile, so 200 runs that end together cost a few scans.</summary>
/// <remarks>
/// A process belongs to a run when it is in the run's cgroup, when its start environment says so, when its parent or its session's leader does, when it was
/// seen to before, or when it has no terminal and its working directory or its output is the run's: a double fork, <c>setsid</c>, a cleaned environment, or
/// all of them (<c>env -i setsid -f</c>) do not get a process out of its run's tree. While runs are live the worker looks once a second, so that most links
/// are seen before they break. What <see cref="Containment.Scan"/> alone lets escape is said there.
/// </remarks>
internal sealed class ProcessScanner : IDisposable
{
    internal const string Marker = "KANBAN_RUN_ID=";
    private readonly SemaphoreSlim _one = new(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, (ProcStat? Shim, RunCgroup? Cgroup)> _runs = [];
    private readonly Dictionary<(int Pid, long Start), Guid> _owners = [];
    private Dictionary<Guid, List<ProcStat>> _last = [];
    private long _started;

    /// <summary>From here on the run's processes are looked for.</summary>
    /// <param name="shim">Leader of the run's session, where it is known.</param>
    /// <param name="cgroup">Null where runs have none.</param>
    public void Track(Guid runId, ProcStat? shim, RunCgroup? cgroup)
    {
        lock (_gate)
            _runs[runId] = (shim, cgroup);
    }

    public void Untrack(Guid runId)
    {
        lock (_gate)
        {
            _runs.Remove(runId);
            foreach (var gone in _owners.Where(o => o.Value == runId).Select(o => o.Key).ToList())
                _owners.Remove(gone);
        }
    }

    /// <summary>The run's live processes, seen by a scan that began after this call; the shim is one of them.</summary>
    public async Task<IReadOnlyList<ProcStat>> MembersAsync(Guid runId)
    {
        var asked = Interlocked.Read(ref _started);
        await _one.WaitAsync();
        try
        {
            // A scan that began after the question answers it, whoever asked for it.
            if (_started == asked)
            {
                Interlocked.Increment(ref _started);
                lock (_gate)
                    _last = Scan();
            }
            return _last.TryGetValue(runId, out var members) ? members : [];
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The run's processes as of the last look, which is about a second old at most; the shim is one of them.</summary>
    public IReadOnlyList<ProcStat> Seen(Guid runId)
    {
        lock (_gate)
            return _last.TryGetValue(runId, out var members) ? members : [];
    }

    /// <summary>Looks once, so that what belongs together is known before its links break. Nothing is done while no run is live.</summary>
    public async Task LookAsync()
    {
        bool any;
        lock (_gate)
            any = _runs.Count > 0;
        if (any)
            await MembersAsync(Guid.Empty);
    }

    public void Dispose() => _one.Dispose();

    private Dictionary<Guid, List<ProcStat>> Scan()
    {
        var all = new Dictionary<int, ProcStat>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), CultureInfo.InvariantCulture, out var pid) && pid != Environment.ProcessId
                && ProcStat.Read(pid) is { } stat)
                all[pid] = stat;
        }

        // Read after the others, so that what was forked meanwhile is there too.
        var contained = new Dictionary<int, Guid>();
        foreach (var (runId, (_, cgroup)) in _runs)
        {
            foreach (var pid in cgroup?.Processes() ?? [])
            {
                if (all.ContainsKey(pid) || ProcStat.Read(pid) is { } fresh && all.TryAdd(pid, fresh))
                    contained[pid] = runId;
            }
        }

        // Ended processes are forgotten; what was once seen as a run's stays the run's.
        foreach (var gone in _owners.Keys.Where(o => !all.TryGetValue(o.Pid, out var s) || s.StartTicks != o.Start).ToList())
            _owners.Remove(gone);
        foreach (var (pid, runId) in contained)
            _owners[(pid, all[pid].StartTicks)] = runId;
        foreach (var (runId, (shim, _)) in _runs)
        {
            if (shim is { } s && all.TryGetValue(s.Pid, out var live) && live.StartTicks == s.StartTicks)
                _owners[(s.Pid, s.StartTicks)] = runId;
        }
        foreach (var stat in all.Values.Where(s => !s.IsDead && !_owners.ContainsKey((s.Pid, s.StartTicks))))
        {
            if (MarkerOf(stat) is { } runId && _runs.ContainsKey(runId))
                _owners[(stat.Pid, stat.StartTicks)] = runId;
        }
        Inherit(all);

        var members = new Dictionary<Guid, List<ProcStat>>();
        foreach (var runId in _runs.Keys)
            members[runId] = [];
        foreach (var ((pid, _), runId) in _owners)
        {
            if (!all[pid].IsDead)
                members[runId].Add(all[pid]);
        }
        return members;
    }

    private void Inherit(Dictionary<int, ProcStat> all)
    {
        var sessions = _runs.Where(r => r.Value.Shim is not null).ToDictionary(r => r.Value.Shim!.Value.Pid, r => r.Key);
        for (var grew = true; grew;)
        {
            grew = false;
            foreach (var stat in all.Values)
            {
                if (_owners.ContainsKey((stat.Pid, stat.StartTicks)))
                    continue;
                if (OwnerOf(all, stat.ParentPid) is { } byParent)
                    grew = _owners.TryAdd((stat.Pid, stat.StartTicks), byParent);
                else if (OwnerOf(all, stat.Session) is { } byLeader)
                    grew = _owners.TryAdd((stat.Pid, stat.StartTicks), byLeader);
                else if (sessions.TryGetValue(stat.Session, out var bySession) && !all.ContainsKey(stat.Session))
                    grew = _owners.TryAdd((stat.Pid, stat.StartTicks), bySession);
            }
        }
    }

    private Guid? OwnerOf(Dictionary<int, ProcStat> all, int pid) =>
        all.TryGetValue(pid, out var stat) && _owners.TryGetValue((pid, stat.StartTicks), out var runId) ? runId : null;

    /// <summary>The run that a process's start environment names; null when it names none or may not be read (another user's process).</summary>
    private static Guid? MarkerOf(ProcStat stat)
    {
        var pid = stat.Pid;
        byte[] environment;
        try
        {
            environment = File.ReadAllBytes($"/proc/{pid}/environ");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        var marker = Encoding.ASCII.GetBytes(Marker);
        for (var at = 0; ;)
        {
            var found = environment.AsSpan(at).IndexOf(marker);
            if (found < 0)
                return stat.Terminal == 0 ? PlaceOf(pid) : null;
            at += found;
            if (at == 0 || environment[at - 1] == 0)
            {
                var value = environment.AsSpan(at + marker.Length);
                var end = value.IndexOf((byte)0);
                return Guid.TryParse(Encoding.ASCII.GetString(end < 0 ? value : value[..end]), out var runId) ? runId : null;
            }
            at++;
        }
    }

    /// <summary>The run in whose directory a process works, or to whose files it writes. A person's shell in there has a terminal, and is not asked.</summary>
    private static Guid? PlaceOf(int pid)
    {
        foreach (var link in (ReadOnlySpan<string>)["cwd", "fd/1", "fd/2"])
        {
            string? target;
            try
            {
                target = new FileInfo($"/proc/{pid}/{link}").LinkTarget;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }
            const string runs = "/runs/";
            var at = target?.IndexOf(runs, StringComparison.Ordinal) ?? -1;
            if (at >= 0 && target!.Length >= at + runs.Length + 36 && Guid.TryParseExact(target.AsSpan(at + runs.Length, 36), "D", out var runId))
                return runId;
        }
        return null;
    }
}
