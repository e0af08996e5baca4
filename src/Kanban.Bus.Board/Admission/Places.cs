using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Admission;

/// <summary>How many of a lane go before a task that waits, by the order that a pass goes by.</summary>
public sealed class Places(BoardDbContext db, IOptions<AdmissionOptions> options)
{
    /// <returns>From 1. Of keys that share a step it is where the task comes if no run ends meanwhile.</returns>
    public async Task<int> OfAsync(KanbanTask task, Snapshot frame, CancellationToken ct)
    {
        var line = SnapshotReader.Ready(db.Tasks).Where(t => t.Lane == task.Lane);
        var before = line.Where(t => t.TurnAt < task.TurnAt || t.TurnAt == task.TurnAt && t.Id.CompareTo(task.Id) < 0);
        if (options.Value.FairBetween is AdmissionGroup.ByNothing)
            return 1 + await before.CountAsync(ct);

        var step = options.Value.AgeingStep.Ticks;
        var from = new DateTimeOffset((task.TurnAt ?? task.UpdatedAt).UtcTicks / step * step, TimeSpan.Zero);
        var until = from.AddTicks(step);
        var inStep = (await line.Where(t => t.TurnAt >= from && t.TurnAt < until).GroupBy(t => t.AdmissionGroup)
                .Select(g => new { g.Key, Count = g.Count(), First = g.Min(t => t.TurnAt) }).ToListAsync(ct))
            .GroupBy(g => AdmissionGroup.Read(g.Key).FairKey).ToDictionary(g => g.Key, g => (Count: g.Sum(c => c.Count), First: g.Min(c => c.First)));
        if (inStep.Count < 2)
            return 1 + await before.CountAsync(ct);

        var mine = AdmissionGroup.Read(task.AdmissionGroup).FairKey;
        var ahead = (await before.Where(t => t.TurnAt >= from).GroupBy(t => t.AdmissionGroup).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(ct))
            .Where(g => AdmissionGroup.Read(g.Key).FairKey == mine).Sum(g => g.Count);
        var runs = frame.Live.GroupBy(l => l.FairKey).ToDictionary(g => g.Key, g => g.Sum(l => l.Count));
        var share = (double)(runs.GetValueOrDefault(mine) + ahead) / frame.Order.WeightOf(mine);
        // Another key goes on until its share is as large as this one's will be; of two that are as large, the one that waits longer is first.
        var others = inStep.Where(k => k.Key != mine).Sum(k =>
        {
            var until = share * frame.Order.WeightOf(k.Key) - runs.GetValueOrDefault(k.Key);
            var rounds = (int)Math.Ceiling(until) + (until == Math.Floor(until) && k.Value.First < task.TurnAt ? 1 : 0);
            return Math.Clamp(rounds, 0, k.Value.Count);
        });
        return 1 + await line.CountAsync(t => t.TurnAt < from, ct) + ahead + others;
    }
}
