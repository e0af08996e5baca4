using Kanban.Bus.Board.Fleet;

namespace Kanban.Bus.Board.Admission;

/// <summary>All that admission decides on, read in one transaction.</summary>
/// <param name="MaxActive">The cap over everything; null for none.</param>
/// <param name="LookAhead">Offers per queue beyond the free slots of its workers.</param>
/// <param name="Ready">Ready tasks without a live run, first the one to start first.</param>
/// <param name="Live">Runs that hold units, offered or held, counted.</param>
public sealed record Snapshot(
    int? MaxActive,
    int LookAhead,
    IReadOnlyDictionary<string, LaneRow> Lanes,
    IReadOnlyDictionary<string, int?> BoardCaps,
    IReadOnlyList<FleetMember> Workers,
    IReadOnlyList<LiveRuns> Live,
    IReadOnlyList<ReadyTask> Ready);

/// <param name="Cap">Null for none.</param>
/// <param name="Problem">What is wrong with its queue on the broker; null when nothing is.</param>
/// <param name="Refused">It stays so until a person acts, and offers that wait can't be claimed.</param>
public sealed record LaneRow(string Name, int? Cap, bool Paused, string? PausedReason, string Profile, string? Problem, bool Refused = false);

/// <param name="WorkerId">Who holds them; null for offers that nobody has claimed.</param>
public sealed record LiveRuns(string Lane, string Board, string RequirementSet, string? Host, string Needs, string? WorkerId, int Count)
{
    public bool Offered => WorkerId is null;
}

public sealed record ReadyTask(
    Guid Id, string Key, string Board, string Lane, string RequirementSet, string? Host, string Needs, int Priority, DateTimeOffset ReadyAt);
