namespace Kanban.Bus.Board.Fleet;

/// <summary>A worker as admission sees it.</summary>
/// <param name="TakesWork">Live, and neither draining nor asked to.</param>
/// <param name="Slots">Per lane it serves.</param>
public sealed record FleetMember(
    string Id,
    string Host,
    bool TakesWork,
    IReadOnlySet<string> Profiles,
    IReadOnlyCollection<string> Capabilities,
    IReadOnlyDictionary<string, int> Slots)
{
    public static FleetMember Of(Worker worker) => new(
        worker.Id,
        worker.Host,
        worker.TakesWork,
        RequirementSet.Split(worker.Profiles).ToHashSet(),
        RequirementSet.Split(worker.Capabilities),
        worker.Lanes.ToDictionary(s => s.Lane, s => s.Slots));
}
