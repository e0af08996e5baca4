using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Admission;

/// <summary>Reads what admission decides on. The number of ready tasks it looks at is bounded by what could start, not by what waits.</summary>
public sealed class SnapshotReader(BoardDbContext db, LayoutCache layouts, IOfferBus bus, UsualLengths lengths, IOptions<AdmissionOptions> options)
{
    /// <summary>The tasks that have a chance now, queue by queue.</summary>
    public async Task<Snapshot> ForPassAsync(CancellationToken ct)
    {
        // Mostly nothing is ready, and then nothing else is read.
        var queues = await QueueHead.All(db).AsNoTracking().ToListAsync(ct);
        if (queues.Count == 0)
            return Snapshot.Empty;
        var frame = await FrameAsync(ct);
        return await WithBudgetsAsync(frame with { Ready = await new ReadyReader(db, options.Value, frame).ReadAsync(queues, ct) }, ct);
    }

    /// <summary>With what the lanes have spent that have something to try again.</summary>
    public async Task<Snapshot> WithBudgetsAsync(Snapshot snapshot, CancellationToken ct)
    {
        if (snapshot.Ready.Where(t => t.Retry).Select(t => t.Lane).ToHashSet() is not { Count: > 0 } retrying)
            return snapshot;
        var lanes = new Dictionary<string, LaneRow>(snapshot.Lanes);
        foreach (var name in retrying)
            if (lanes.TryGetValue(name, out var lane))
                lanes[name] = lane with { Budget = await RetryBudgets.OfAsync(db, lane, snapshot.Now, ct) };
        return snapshot with { Lanes = lanes };
    }

    /// <summary>What every cap is and what is drawn of it.</summary>
    public async Task<Usage> UsageAsync(CancellationToken ct) => new(await FrameAsync(ct));

    /// <summary>Whether the caps leave room for a run that comes back, as a pass would see it.</summary>
    public async Task<bool> HasRoomAsync(Run run, CancellationToken ct) => Admit.HasRoom(await FrameAsync(ct), run);

    /// <summary>The ready task of a lane whose turn is first, these aside; null when there is none.</summary>
    public Task<ReadyTask?> FirstInLineAsync(string lane, IReadOnlyCollection<Guid> aside, CancellationToken ct) =>
        Select(Ready(db.Tasks).Where(t => t.Lane == lane && !aside.Contains(t.Id)).OrderBy(t => t.TurnAt).ThenBy(t => t.Id)).FirstOrDefaultAsync(ct);

    internal static IQueryable<KanbanTask> Ready(IQueryable<KanbanTask> tasks) =>
        tasks.Where(t => t.Status == Status.Ready && t.LiveRunId == null && !t.Archived && t.Lane != null);

    /// <summary>All but the tasks that could start.</summary>
    public async Task<Snapshot> FrameAsync(CancellationToken ct)
    {
        var (layout, now, reserved) = await layouts.ReadAsync(db, ct);
        // Only what requires something is joined to its task.
        var plain = db.Runs.Where(r => r.Live && r.RequirementSet == "")
            .GroupBy(r => new { r.Lane, r.Board, r.WorkerId, r.Host, r.Draws, r.FairKey })
            .Select(g => new { g.Key.Lane, g.Key.Board, RequirementSet = "", Host = (string?)null, Needs = "", g.Key.WorkerId, Count = g.Count(), HeldOn = g.Key.Host, g.Key.Draws, g.Key.FairKey });
        var special = db.Runs.Where(r => r.Live && r.RequirementSet != "")
            .GroupBy(r => new { r.Lane, r.Board, r.RequirementSet, Asked = r.Task.Host, r.Task.Needs, r.WorkerId, r.Host, r.Draws, r.FairKey })
            .Select(g => new { g.Key.Lane, g.Key.Board, g.Key.RequirementSet, Host = g.Key.Asked, g.Key.Needs, g.Key.WorkerId, Count = g.Count(), HeldOn = g.Key.Host, g.Key.Draws, g.Key.FairKey });
        var live = (await plain.Concat(special).ToListAsync(ct))
            .ConvertAll(g => new LiveRuns(g.Lane, g.Board, g.RequirementSet, g.Host, g.Needs, g.WorkerId, g.Count, g.HeldOn, g.Draws, g.FairKey));
        var usual = new Dictionary<string, TimeSpan?>();
        foreach (var lane in layout.Lanes.Where(l => l.HoldBeforeClose))
            usual[lane.Name] = (await lengths.OfAsync(db, lane.Name, now, ct))?.NineInTen;
        return new Snapshot(
            Caps.At(layout.Pools, layout.Lanes, layout.Boards, options.Value.MostActive, now),
            options.Value.LookAhead,
            layout.Lanes.ToDictionary(l => l.Name, l => new LaneRow(
                l.Name, l.Profile, layout.Draws[l.Name], bus.ProblemOf(l.Name), bus.IsRefused(l.Name), l.HoldBeforeClose, usual.GetValueOrDefault(l.Name))
            {
                Breaker = l.Breaker,
                Budget = new(0, 0, l.RetryPercent, l.RetriesPerMinute),
                MaxRunsPerDay = l.MaxRunsPerDay,
            }),
            layout.Workers,
            live,
            [],
            now)
        {
            Order = new(options.Value.AgeingStep, options.Value.ReserveAfter,
                options.Value.FairBetween is AdmissionGroup.ByNothing ? new Dictionary<string, int>() : layout.Weights, reserved ? await ReservationsAsync(now, ct) : []),
        };
    }

    /// <remarks>Tasks are asked for by their ids alone: asked for those that wait, the database may go through all that do.</remarks>
    private async Task<List<Reservation>> ReservationsAsync(DateTimeOffset now, CancellationToken ct)
    {
        var rows = await db.Reservations.AsNoTracking().ToListAsync(ct);
        var ids = rows.ConvertAll(r => r.TaskId);
        var holders = (await db.Tasks.Where(t => ids.Contains(t.Id))
                .Select(t => new { t.Id, t.Board, t.Number, t.TurnAt, Waits = t.Status == Status.Ready && t.LiveRunId == null && !t.Archived }).ToListAsync(ct))
            .Where(t => t.Waits).ToDictionary(t => t.Id);
        return
        [
            .. from row in rows
               where holders.ContainsKey(row.TaskId)
               let holder = holders[row.TaskId]
               select new Reservation(new(row.Kind, row.Name), KanbanTask.KeyOf(holder.Board, holder.Number), new(holder.TurnAt ?? now, holder.Id), row.Units, row.Since),
        ];
    }

    internal static IQueryable<ReadyTask> Select(IQueryable<KanbanTask> tasks) => tasks.AsNoTracking().Select(t => new ReadyTask(
        t.Id, t.Board + "-" + t.Number, t.Board, t.Lane!, t.RequirementSet, t.Host, t.Needs, t.TurnAt ?? t.UpdatedAt, t.Draws, AdmissionGroup.Read(t.AdmissionGroup).FairKey, Retries.Are(t.FailedBy, t.LostOn),
        t.MaxRuntimeSeconds));

    internal static ReadyTask Of(KanbanTask task) => new(
        task.Id, task.Key, task.Board, task.Lane!, task.RequirementSet, task.Host, task.Needs, task.TurnAt ?? task.UpdatedAt, task.Draws, AdmissionGroup.Read(task.AdmissionGroup).FairKey,
        Retries.Are(task.FailedBy, task.LostOn), task.MaxRuntimeSeconds);
}
