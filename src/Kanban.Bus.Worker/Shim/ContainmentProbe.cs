using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Kanban.Bus.Worker.Shim;

/// <summary>Which containment this host allows, found out once, by doing it.</summary>
/// <param name="By">Never <see cref="Containment.Auto"/>.</param>
/// <param name="Cgroups">Where the runs' cgroups are made; null without them.</param>
/// <param name="Before">What a shim's command line begins with.</param>
/// <param name="Lacks">What the better ways fail by, for the log; empty when the best one holds.</param>
internal sealed record ContainmentProbe(Containment By, string? Cgroups, IReadOnlyList<string> Before, string Lacks)
{
    private const string Reaper = "delete $ENV{PERL_BADLANG}; syscall(shift, 36, 1, 0, 0, 0) == 0 or exit 1; exec {$ARGV[0]} @ARGV or exit 127";

    /// <exception cref="InvalidOperationException">The way that was asked for does not work here; the message says why.</exception>
    public static ContainmentProbe Find(Containment wanted)
    {
        List<string> lacks = [];
        if (wanted is Containment.Auto or Containment.Cgroup)
        {
            var (cgroups, fault) = Cgroup();
            if (cgroups is not null)
                return new(Containment.Cgroup, cgroups, [], "");
            lacks.Add($"no cgroup per run: {fault}");
        }
        if (wanted is Containment.Auto or Containment.Reaper)
        {
            // Perl would complain on stderr about a language it does not know.
            IReadOnlyList<string> before = ["env", "PERL_BADLANG=0", "perl", "-e", Reaper, SetOption()];
            if (File.Exists($"/proc/{Environment.ProcessId}/task/{Environment.ProcessId}/children") && Succeeds([.. before, "true"]))
                return new(Containment.Reaper, null, before, string.Join("; ", lacks));
            lacks.Add("no reaper: perl is missing, or the kernel does not list children");
        }
        return wanted is Containment.Auto or Containment.Scan
            ? new(Containment.Scan, null, [], string.Join("; ", lacks))
            : throw new InvalidOperationException($"Worker:Containment is {wanted}, which this host does not allow ({lacks[0]}).");
    }

    /// <summary>True when it exits with 0; false also when there is no such program.</summary>
    internal static bool Succeeds(IReadOnlyList<string> command)
    {
        try
        {
            using var probe = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardError = true, RedirectStandardOutput = true });
            probe!.WaitForExit();
            return probe.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static (string? Folder, string? Fault) Cgroup()
    {
        if (Own() is not { } own)
            return (null, "cgroup v2 is not mounted");
        var probe = Path.Combine(own, $"kanban-probe-{Guid.CreateVersion7()}");
        try
        {
            Directory.CreateDirectory(probe);
            try
            {
                return !File.Exists(Path.Combine(probe, "cgroup.kill")) ? (null, "the kernel is older than 5.14")
                    : !Succeeds(["/bin/sh", "-c", "echo 0 >\"$1/cgroup.procs\"", "sh", probe]) ? (null, $"no process can be moved within {own}")
                    : (own, null);
            }
            finally
            {
                Directory.Delete(probe);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, e.Message);
        }
    }

    /// <summary>Of the worker's own cgroup, where its service's unit puts it into one below the service's: a cgroup hands controllers on only when no process stands in it.</summary>
    internal const string WorkersOwn = "kanban-worker";

    /// <summary>The folder of this process's own cgroup, or of the one above that its service has. The runs' are made in it, so that what limits the worker's service limits its runs.</summary>
    private static string? Own()
    {
        // id parent device root mountpoint options… - type source options
        var mount = File.ReadLines("/proc/self/mountinfo").Select(l => l.Split(' ')).FirstOrDefault(f => f[(Array.IndexOf(f, "-") + 1)..] is ["cgroup2", ..]);
        var path = File.ReadLines("/proc/self/cgroup").FirstOrDefault(l => l.StartsWith("0::/", StringComparison.Ordinal))?[3..];
        if (mount is null || path is null)
            return null;
        var root = mount[3];
        var own = Path.Join(mount[4], root != "/" && path.StartsWith(root, StringComparison.Ordinal) ? path[root.Length..] : path).TrimEnd('/');
        return Path.GetFileName(own) == WorkersOwn ? Path.GetDirectoryName(own) : own;
    }

    // prctl has the number 157 on x86-64 and 167 on every newer architecture.
    private static string SetOption() =>
        (RuntimeInformation.OSArchitecture == Architecture.X64 ? 157 : 167).ToString(CultureInfo.InvariantCulture);
}
