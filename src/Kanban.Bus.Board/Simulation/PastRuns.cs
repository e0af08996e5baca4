using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Simulation;

/// <summary>Reads what became ready lately and how long it ran.</summary>
public sealed class PastRuns(BoardDbContext db, IOptions<AdmissionOptions> options)
{
    /// <summary>More than this is not replayed.</summary>
    public const int Most = 20_000;

    /// <returns>In the order in which they became ready; null when there are more than <see cref="Most"/>.</returns>
    public async Task<Read?> SinceAsync(DateTimeOffset since, Snapshot frame, CancellationToken ct)
    {
        var rows = await db.Runs.AsNoTracking().Where(r => r.StartedAt != null && (r.EndedAt == null || r.EndedAt > since))
            .OrderBy(r => r.OfferedAt).Take(Most + 1)
            .Select(r => new
            {
                r.CorrelationId,
                r.TaskKey,
                r.Board,
                r.Lane,
                r.RequirementSet,
                r.Task.Host,
                r.Task.Needs,
                Own = r.Task.Draws,
                r.FairKey,
                r.Task.Priority,
                r.ReadyAt,
                r.OfferedAt,
                StartedAt = r.StartedAt!.Value,
                r.EndedAt,
                r.WorkerId,
            }).ToListAsync(ct);
        var waiting = await SnapshotReader.Ready(db.Tasks).AsNoTracking().OrderBy(t => t.ReadyAt).Take(Most + 1).ToListAsync(ct);
        if (rows.Count + waiting.Count > Most)
            return null;

        var usual = rows.Where(r => r.EndedAt is not null).GroupBy(r => r.Lane)
            .ToDictionary(g => g.Key, g => g.Select(r => r.EndedAt!.Value - r.StartedAt).Order().ElementAt(g.Count() / 2));
        var notes = new List<string>();
        var runs = new List<PastRun>();
        var waits = new ReplayTally();
        foreach (var row in rows)
        {
            var task = new ReadyTask(row.CorrelationId, row.TaskKey, row.Board, row.Lane, row.RequirementSet, row.Host, row.Needs, TurnAt(row.ReadyAt, row.Priority), row.Own, row.FairKey);
            // What still runs will take as long as its lane's runs do, or as it has taken.
            var length = (row.EndedAt ?? frame.Now) - row.StartedAt;
            if (row.EndedAt is null && usual.GetValueOrDefault(row.Lane) is var median && median > length)
                length = median;
            if (row.OfferedAt >= since)
            {
                var run = new PastRun(task, row.ReadyAt < since ? since : row.ReadyAt, length);
                runs.Add(run);
                waits.Started(run, row.OfferedAt);
            }
            else if (frame.Workers.FirstOrDefault(w => w.Id == row.WorkerId) is { } worker && row.StartedAt + length > since)
                runs.Add(new PastRun(task, row.ReadyAt, row.StartedAt + length - since, worker));
        }

        foreach (var lane in waiting.GroupBy(t => t.Lane!))
            if (usual.TryGetValue(lane.Key, out var length))
                runs.AddRange(lane.Select(t => new PastRun(SnapshotReader.Of(t), t.ReadyAt < since ? since : t.ReadyAt ?? since, length)));
            else
                notes.Add($"none of the runs of lane {lane.Key} ended since: left out are its tasks that wait, {lane.Count()}");
        if (rows.Any(r => r.EndedAt is null) || runs.Count > rows.Count)
            notes.Add("what runs or waits now is taken to last as long as the median run of its lane");
        foreach (var lane in runs.Where(r => r.Worker is null).GroupBy(r => r.Task.Lane).Where(g => !frame.Workers.Any(w => w.TakesWork && w.Slots.ContainsKey(g.Key))).ToList())
        {
            notes.Add($"no worker serves lane {lane.Key} now: its {lane.Count()} runs are left out");
            runs.RemoveAll(r => r.Task.Lane == lane.Key);
        }

        return new Read([.. runs.OrderBy(r => r.ReadyAt)], waits, notes);
    }

    private DateTimeOffset TurnAt(DateTimeOffset readyAt, int priority) => readyAt - TimeSpan.FromTicks(options.Value.AgeingStep.Ticks * priority);

    /// <param name="Recorded">How long they waited in truth.</param>
    public sealed record Read(IReadOnlyList<PastRun> Runs, ReplayTally Recorded, List<string> Notes);
}
