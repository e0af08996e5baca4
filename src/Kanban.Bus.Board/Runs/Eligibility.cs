using Kanban.Bus.Board.Fleet;

namespace Kanban.Bus.Board.Runs;

/// <summary>Whether a worker may carry out a task's work: the same rule for admission, claims and the queues a worker is told to consume.</summary>
public static class Eligibility
{
    /// <summary>What this worker lacks, in words; null when it fits.</summary>
    /// <param name="needs">The capabilities asked for.</param>
    public static string? Lacks(FleetMember worker, string lane, string profile, string? host, IReadOnlyCollection<string> needs)
    {
        if (!worker.Slots.ContainsKey(lane))
            return $"lane {lane}";
        if (!worker.Profiles.Contains(profile))
            return $"profile {profile}";
        if (host is not null && host != worker.Host)
            return $"host {host}";
        return RequirementSet.Lacking(needs, worker.Capabilities).FirstOrDefault();
    }
}
