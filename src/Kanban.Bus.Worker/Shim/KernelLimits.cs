using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Worker.Shim;

/// <summary>Which limits of a run the kernel itself holds here, by controllers of the runs' cgroups; the others are looked at by the worker.</summary>
/// <param name="Lacks">Why it does not hold all of them, for the log; empty when it does.</param>
internal sealed record KernelLimits(bool Memory, bool Processes, string Lacks)
{
    private static readonly string[] Controllers = ["memory", "pids"];

    public static KernelLimits None { get; } = new(false, false, "runs have no cgroup of their own");

    /// <summary>Hands the controllers on to the runs' cgroups, where that is allowed.</summary>
    /// <param name="cgroups">Folder that the runs' cgroups are made in; null without them.</param>
    /// <param name="look">Changes nothing: what is there to be handed on counts as held.</param>
    public static KernelLimits Find(string? cgroups, bool look = false)
    {
        if (cgroups is null)
            return None;
        List<string> lacks = [];
        try
        {
            var there = Words(cgroups, "cgroup.controllers");
            var absent = Controllers.Except(there).ToList();
            if (absent.Count > 0)
                lacks.Add($"{cgroups} was given no controller {string.Join(" or ", absent)}");
            var wanted = Controllers.Intersect(there).Except(Words(cgroups, "cgroup.subtree_control")).ToList();
            if (look)
                return new KernelLimits(there.Contains("memory"), there.Contains("pids"), string.Join("; ", lacks));
            if (wanted.Count > 0)
                File.WriteAllText(Path.Combine(cgroups, "cgroup.subtree_control"), string.Join(' ', wanted.Select(c => "+" + c)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // "Device or resource busy": processes, such as the worker itself, stand in the very cgroup that is to hand them on.
            lacks.Add($"controllers of {cgroups} can't be handed on to its runs: {e.Message}");
        }
        var on = Words(cgroups, "cgroup.subtree_control").Select(w => w.TrimStart('+')).ToHashSet();
        return new KernelLimits(on.Contains("memory"), on.Contains("pids"), string.Join("; ", lacks));
    }

    /// <summary>Before anything is in the cgroup.</summary>
    public void Put(RunCgroup cgroup, ProfileLimits limits)
    {
        if (Memory && limits.MemoryMb is { } memory)
        {
            cgroup.Set("memory.max", (long)memory << 20);
            // What is past it is not to be swapped out instead, and the run ends as a whole.
            cgroup.Set("memory.swap.max", 0);
            cgroup.Set("memory.oom.group", 1);
        }
        if (Processes && limits.Processes is { } processes)
            cgroup.Set("pids.max", processes);
    }

    private static string[] Words(string cgroups, string file) =>
        File.Exists(Path.Combine(cgroups, file)) ? File.ReadAllText(Path.Combine(cgroups, file)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : [];
}
