using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Artifacts;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Windows;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Lanes;

/// <summary>Lanes with what waits and runs in them, by a handful of statements for any number of lanes.</summary>
public sealed class LaneViews(BoardDbContext db, IOfferBus bus, SnapshotReader snapshots)
{
    public async Task<List<LaneView>> ForAsync(IReadOnlyCollection<Lane> lanes, CancellationToken ct)
    {
        var names = lanes.Select(l => l.Name).ToList();
        var ready = await db.Tasks.Where(t => t.Status == Status.Ready && t.LiveRunId == null && !t.Archived && names.Contains(t.Lane!))
            .GroupBy(t => t.Lane!).Select(g => new { Lane = g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Lane, g => g.Count, ct);
        var offered = nameof(RunState.Offered);
        var runs = await db.Runs.Where(r => r.Live && names.Contains(r.Lane)).GroupBy(r => r.Lane)
            .Select(g => new { Lane = g.Key, All = g.Count(), Offered = g.Count(r => r.State == offered) })
            .ToDictionaryAsync(g => g.Lane, g => (g.All, g.Offered), ct);
        // The same workers as admission counts: those that take work.
        var slots = await db.WorkerSlots
            .Where(s => names.Contains(s.Lane) && db.Workers.Any(w => w.Id == s.WorkerId && w.State == WorkerState.Live && !w.DrainAsked && !w.Draining && w.Quiet == null))
            .GroupBy(s => s.Lane).Select(g => new { Lane = g.Key, Workers = g.Count(), Slots = g.Sum(s => s.Slots) })
            .ToDictionaryAsync(g => g.Lane, g => (g.Workers, g.Slots), ct);

        var usage = await snapshots.UsageAsync(ct);

        return [.. lanes.Select(lane =>
        {
            var cap = usage.CapOf(CapKey.Lane(lane.Name));
            var (live, unclaimed) = runs.GetValueOrDefault(lane.Name);
            var (workers, free) = slots.GetValueOrDefault(lane.Name);
            return new LaneView(
                lane.Name, lane.MaxActive, lane.Profile, lane.Retry, lane.MaxAttempts, lane.MaxRuntimeSeconds, lane.SilenceSeconds, lane.GraceSeconds,
                lane.OnDisconnect, lane.Paused, lane.PausedReason, lane.BackoffSeconds,
                ready.GetValueOrDefault(lane.Name), unclaimed, live - unclaimed, workers, free, bus.ProblemOf(lane.Name), Draws.Read(lane.Draws),
                cap.Limit, cap.Source, usage.Binds(lane.Name)?.Reason,
                WindowRules.Split(lane.Windows),
                RetryRules.All(lane), lane.RetryPercent, lane.RetriesPerMinute, lane.MaxRunsPerDay, lane.BreakerTasks, lane.BreakerSeconds, lane.BreakerCoolDownSeconds,
                lane.Breaker is { } b ? new BreakerView(b.State, b.Since, b.Error, b.Tasks, b.CoolDownSeconds, b.CanaryAt, b.CanaryKey) : null,
                cap.WindowText, cap.NextChange, lane.HoldBeforeClose, lane.Workspace, ArtifactRules.Split(lane.Artifacts),
                ChildLanes.Split(lane.ChildLanes));
        })];
    }

    public async Task<LaneView> OfAsync(Lane lane, CancellationToken ct) => (await ForAsync([lane], ct))[0];
}
