using System.Diagnostics;
using System.Globalization;
using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Shim;

/// <summary>Starts the shim of a run, which starts its command.</summary>
internal sealed class ShimStart(string home, Containment wanted, TimeProvider clock)
{
    // .NET ignores SIGPIPE, and what is ignored stays so in every child and can't be undone by sh: `yes | head` would complain.
    private static readonly string[] DefaultPipe = ["env", "--default-signal=PIPE"];
    private readonly string _script = Path.Combine(home, "shim.sh");
    private ContainmentProbe _containment = new(Containment.Scan, null, [], "");
    private KernelLimits _limits = KernelLimits.None;
    private string[] _before = [];

    /// <summary>Folder with the command <c>kanban</c> for runs; null where there is none.</summary>
    public string? Tools { get; private set; }

    /// <summary>Puts the script where every run finds it; a newer worker's script replaces it whole, so one that is running keeps its own.</summary>
    /// <param name="limited">Some of its runs have limits of memory or processes.</param>
    /// <returns>By what runs are contained from here on, and which limits the kernel holds.</returns>
    /// <exception cref="InvalidOperationException">The containment that was asked for does not work on this host.</exception>
    public (ContainmentProbe Containment, KernelLimits Limits) Install(bool limited)
    {
        using var resource = typeof(ShimStart).Assembly.GetManifestResourceStream("Kanban.Bus.Worker.Shim.shim.sh")
            ?? throw new InvalidOperationException("shim.sh is not in the assembly");
        using var text = new MemoryStream();
        resource.CopyTo(text);
        AtomicFile.Write(_script, text.ToArray());
        Tools = RunTools.Install(home);
        _containment = ContainmentProbe.Find(wanted);
        // GNU's env can; where another one can't, runs go without.
        _before = [.. ContainmentProbe.Succeeds([.. DefaultPipe, "true"]) ? DefaultPipe : [], .. _containment.Before];
        if (_containment.Cgroups is { } cgroups)
            RunCgroup.RemoveLeft(cgroups, clock.GetUtcNow());
        if (limited)
            _limits = KernelLimits.Find(_containment.Cgroups);
        return (_containment, _limits);
    }

    /// <param name="watch">Seconds without a renewed lease after which the run gets TERM, and KILL, from a watch of its own; null where it goes on.</param>
    /// <param name="limits">Of its profile.</param>
    /// <returns>The process, whose exit the caller may await, and who it is for ever.</returns>
    /// <exception cref="System.ComponentModel.Win32Exception">The command line or environment is too long, or there is no <c>setsid</c>.</exception>
    public (Process Process, ProcessIdentity Identity) Start(RunDirectory run, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, (int Stop, int Kill)? watch, ProfileLimits limits)
    {
        var hold = _containment.By == Containment.Reaper ? "reaper" : "scan";
        if (_containment.Cgroups is { } cgroups)
        {
            var cgroup = run.CreateCgroup(cgroups);
            _limits.Put(cgroup, limits);
            hold = cgroup.Path;
        }
        var start = new ProcessStartInfo("setsid") { UseShellExecute = false, WorkingDirectory = run.Workspace };
        foreach (var word in (string[])[.. _before, "/bin/sh", _script, run.Path, Number(watch?.Stop), Number(watch?.Kill), hold, .. command])
            start.ArgumentList.Add(word);
        start.Environment.Clear();
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        var process = Process.Start(start) ?? throw new InvalidOperationException("setsid did not start");
        var stat = ProcStat.Read(process.Id);
        // Gone within the moment it took to look: its exit file will tell, and no live process is confused with it.
        return (process, new ProcessIdentity(process.Id, stat?.StartTicks ?? -1, ProcessIdentity.CurrentBootId));
    }

    private static string Number(int? seconds) => (seconds ?? 0).ToString(CultureInfo.InvariantCulture);
}
