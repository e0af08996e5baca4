using Kanban.Bus.Board.Boards;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Pools;

namespace Kanban.Bus.Board.Admission;

/// <summary>Every cap that limits, is paused or has windows, as it is at one moment.</summary>
internal static class Caps
{
    /// <param name="most">The cap over everything by the service's settings; null for none.</param>
    public static Dictionary<CapKey, Cap> At(IEnumerable<Pool> pools, IEnumerable<Lane> lanes, IEnumerable<TaskBoard> boards, int? most, DateTimeOffset now) =>
        pools.Select(p => p.Effective(most, now)).Concat(lanes.Select(l => l.Effective(now))).Concat(boards.Select(b => b.Effective(now)))
            .Where(c => c.Limit is not null || c.Paused || c.Windows is not null).ToDictionary(c => c.Key);
}
