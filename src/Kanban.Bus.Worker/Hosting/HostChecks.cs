using System.Diagnostics.CodeAnalysis;
using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Shim;
using Microsoft.Extensions.Configuration;

namespace Kanban.Bus.Worker.Hosting;

public enum Health
{
    Ok,

    /// <summary>Something would be better; nothing fails for it.</summary>
    Warn,

    Fail,
}

/// <param name="Advice">What to do; null when there is nothing.</param>
public sealed record HostCheck(string What, Health Health, string Detail, string? Advice = null);

/// <summary>Looks at this host as a worker would, and says what works and what does not.</summary>
public static class HostChecks
{
    private const long LeastFreeBytes = 1L << 30;

    // Each is called by the worker or its shim.
    private static readonly (string Program, Health Without, string For)[] Programs =
        [("setsid", Health.Fail, "runs are started by it (package util-linux)"), ("sh", Health.Fail, "the shim of each run is a script of it"), ("git", Health.Warn, "worktrees need it")];

    /// <param name="section">The section <c>Worker</c> as it was given.</param>
    [RequiresUnreferencedCode(UnknownWorkerKeys.Why)]
    public static IEnumerable<HostCheck> Settings(IConfigurationSection section, WorkerOptions options)
    {
        var faults = UnknownWorkerKeys.In(section, typeof(WorkerOptions)).Concat(WorkerOptionsCheck.Faults(options)).ToList();
        return faults.Count == 0
            ? [new HostCheck("settings", Health.Ok, $"{options.Lanes.Count} lanes, profiles {string.Join(", ", options.Profiles.Keys.Order(StringComparer.Ordinal))}")]
            : faults.Select(f => new HostCheck("settings", Health.Fail, f, "see 'Settings of a worker' in docs/settings.md"));
    }

    public static IEnumerable<HostCheck> Host(WorkerOptions options)
    {
        foreach (var (program, without, purpose) in Programs)
            yield return OnPath.Find(program) is { } path ? new HostCheck(program, Health.Ok, path) : new HostCheck(program, without, "not on the PATH", purpose);
        var (containment, cgroups) = ContainmentOf(options);
        yield return containment;
        if (options.LimitsProcesses)
            yield return LimitsOf(cgroups);
        yield return Disk(options.Home);
    }

    public static async Task<IReadOnlyList<HostCheck>> AgentsAsync(WorkerOptions options, CancellationToken ct) =>
        [.. (await HostAgents.FindAsync(options.Profiles, all: false, ct)).Select(a => a.Fault is null
            ? new HostCheck(a.Name, Health.Ok, $"{a.Version}, {a.Program}{(a.Profiles.Count == 0 ? ", used by no profile" : "")}")
            : new HostCheck(a.Name, a.Profiles.Count > 0 ? Health.Fail : Health.Warn, a.Fault, a.Advice))];

    /// <summary>Whether each secret can be had; its value is dropped at once.</summary>
    public static async Task<IReadOnlyList<HostCheck>> SecretsAsync(WorkerOptions options, CancellationToken ct)
    {
        var checks = new List<HostCheck>();
        foreach (var (name, profile) in options.Profiles.Where(p => p.Value.Secrets.Count > 0))
        {
            try
            {
                var values = await ProfileSecrets.ReadAsync(profile, ct);
                checks.Add(new HostCheck($"secrets of {name}", Health.Ok, string.Join(", ", values.Keys)));
            }
            catch (RunNotStartedException e)
            {
                checks.Add(new HostCheck($"secrets of {name}", Health.Fail, e.Message, "give the worker's user the right to read it"));
            }
        }
        return checks;
    }

    private static (HostCheck Check, string? Cgroups) ContainmentOf(WorkerOptions options)
    {
        try
        {
            var probe = ContainmentProbe.Find(options.Containment);
            return (new HostCheck("containment", probe.By == Containment.Scan ? Health.Warn : Health.Ok, probe.By.ToString().ToLowerInvariant(), probe.Lacks.Length == 0 ? null : probe.Lacks), probe.Cgroups);
        }
        catch (InvalidOperationException e)
        {
            return (new HostCheck("containment", Health.Fail, e.Message, "leave Worker:Containment at auto"), null);
        }
    }

    /// <summary>A worker says at its start what holds; this process may stand in another cgroup than it.</summary>
    private static HostCheck LimitsOf(string? cgroups)
    {
        var limits = KernelLimits.Find(cgroups, look: true);
        return limits.Lacks.Length == 0
            ? new HostCheck("limits", Health.Ok, "the kernel can hold memory and processes of each run")
            : new HostCheck("limits", Health.Warn, $"{(limits.Memory ? "processes are" : limits.Processes ? "memory is" : "memory and processes are")} looked at once a second: {limits.Lacks}",
                "a unit of 'kanban worker install' has the kernel hold them (systemd 254, cgroup v2)");
    }

    private static HostCheck Disk(string home)
    {
        // The nearest folder that is there: the worker makes the rest.
        var folder = home;
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } above)
            folder = above;
        try
        {
            var free = new DriveInfo(folder).AvailableFreeSpace;
            return new HostCheck("disk", free < LeastFreeBytes ? Health.Warn : Health.Ok, $"{free / (1 << 20):N0} MiB free at {folder}", free < LeastFreeBytes ? "runs fail when it is full" : null);
        }
        catch (IOException e)
        {
            return new HostCheck("disk", Health.Fail, e.Message, "name a folder in Worker:Home");
        }
    }
}
