using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Fleet;

/// <summary>A worker as admission sees it.</summary>
/// <param name="TakesWork">Live, and neither draining nor asked to, nor quiet.</param>
/// <param name="Quiet">Takes no new work for now, for its host's sake.</param>
/// <param name="Slots">Per lane it serves.</param>
public sealed record FleetMember(
    string Id,
    string Host,
    bool TakesWork,
    IReadOnlySet<string> Profiles,
    IReadOnlyCollection<string> Capabilities,
    IReadOnlyDictionary<string, int> Slots,
    bool Quiet = false)
{
    public static FleetMember Of(Worker worker) => new(
        worker.Id,
        worker.Host,
        worker.TakesWork,
        RequirementSet.Split(worker.Profiles).ToHashSet(),
        RequirementSet.Split(worker.Capabilities),
        worker.Lanes.ToDictionary(s => s.Lane, s => s.Slots),
        worker is { State: WorkerState.Live, DrainAsked: false, Draining: false, Quiet: not null });
}
