using Kanban.Bus.Board.Admission;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Simulation;

/// <summary>What a replay came to: how long who waited, and how much of each cap was used.</summary>
public sealed class ReplayTally
{
    private readonly List<(string Lane, TimeSpan Wait)> _waits = [];
    private readonly Dictionary<string, int> _never = [];
    private readonly Dictionary<CapKey, (double UnitSeconds, double FullSeconds, int Peak, int? Limit)> _caps = [];
    private double _seconds;

    internal void Started(PastRun run, DateTimeOffset at) => _waits.Add((run.Task.Lane, at - run.ReadyAt));

    internal void NeverStarted(PastRun run) => _never[run.Task.Lane] = _never.GetValueOrDefault(run.Task.Lane) + 1;

    /// <summary>So much time went by with these caps and runs.</summary>
    internal void Pass(TimeSpan time, IReadOnlyDictionary<CapKey, Cap> caps, Snapshot live)
    {
        var ledger = new Ledger(live);
        _seconds += time.TotalSeconds;
        foreach (var (key, cap) in caps)
        {
            var used = ledger.Used(key);
            var (units, full, peak, most) = _caps.GetValueOrDefault(key);
            _caps[key] = (units + used * time.TotalSeconds, full + (used >= cap.Limit ? time.TotalSeconds : 0), Math.Max(peak, used), cap.Limit is { } limit ? Math.Max(most ?? 0, limit) : most);
        }
    }

    /// <param name="starving">A longer wait counts as starvation.</param>
    public ReplayView View(TimeSpan starving) => new(
        Line(_waits.Select(w => w.Wait), _never.Values.Sum(), starving),
        [.. _waits.Select(w => w.Lane).Concat(_never.Keys).Distinct().Order(StringComparer.Ordinal)
            .Select(lane => new LaneReplayView(lane, Line(_waits.Where(w => w.Lane == lane).Select(w => w.Wait), _never.GetValueOrDefault(lane), starving)))],
        [.. _caps.OrderBy(c => c.Key.Kind).ThenBy(c => c.Key.Name, StringComparer.Ordinal).Select(c => new CapReplayView(
            $"{c.Key}", c.Value.Limit, c.Value.Peak, Math.Round(c.Value.UnitSeconds / Math.Max(_seconds, 1e-9), 2), Math.Round(100 * c.Value.FullSeconds / Math.Max(_seconds, 1e-9), 1)))]);

    private static WaitsView Line(IEnumerable<TimeSpan> waits, int never, TimeSpan starving)
    {
        var sorted = waits.Select(w => w.TotalSeconds).Order().ToList();
        return new WaitsView(sorted.Count, never, At(sorted, 0.5), At(sorted, 0.95), At(sorted, 1), sorted.Count(w => w > starving.TotalSeconds) + never);
    }

    /// <summary>By the nearest rank.</summary>
    private static double? At(List<double> sorted, double share) =>
        sorted.Count == 0 ? null : Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)], 1);
}
