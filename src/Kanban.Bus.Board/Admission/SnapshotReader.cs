using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Admission;

/// <summary>Reads what admission decides on. The number of ready tasks it looks at is bounded by what could start, not by what waits.</summary>
public sealed class SnapshotReader(BoardDbContext db, IOfferBus bus, IOptions<AdmissionOptions> options)
{
    /// <summary>The tasks that have a chance now, queue by queue.</summary>
    public async Task<Snapshot> ForPassAsync(CancellationToken ct)
    {
        var frame = await FrameAsync(ct);
        var open = frame.Lanes.Values.Where(l => !l.Paused && l.Problem is null).Select(l => l.Name).ToList();
        // Each lane's plain queue by one look into the index; only tasks that require something are gone through.
        var plain = db.Lanes.Where(l => open.Contains(l.Name) && Ready(db.Tasks).Any(t => t.Lane == l.Name && t.RequirementSet == ""))
            .Select(l => new { Lane = l.Name, RequirementSet = "", Host = (string?)null, Needs = "" });
        var special = Ready(db.Tasks).Where(t => open.Contains(t.Lane!) && t.RequirementSet.CompareTo("") > 0)
            .Select(t => new { Lane = t.Lane!, t.RequirementSet, t.Host, t.Needs }).Distinct();
        var ready = new List<ReadyTask>();
        foreach (var queue in await plain.Concat(special).ToListAsync(ct))
        {
            var lane = frame.Lanes[queue.Lane];
            // Only a queue that somebody serves is worth reading, and no further than its workers' slots reach.
            var needs = RequirementSet.Split(queue.Needs);
            var slots = frame.Workers.Where(w => w.TakesWork && Eligibility.Lacks(w, queue.Lane, lane.Profile, queue.Host, needs) is null).Sum(w => w.Slots[queue.Lane]);
            if (slots == 0)
                continue;
            var most = Math.Min(slots + options.Value.LookAhead, options.Value.BatchSize);
            ready.AddRange(await Select(InOrder(Startable(queue.Lane, queue.RequirementSet, frame))).Take(most + options.Value.ScanLimit).ToListAsync(ct));
        }

        return frame with { Ready = [.. ready.OrderByDescending(t => t.Priority).ThenBy(t => t.ReadyAt).ThenBy(t => t.Id)] };
    }

    /// <summary>These tasks alone, behind nothing: what they would wait for if they were first.</summary>
    public async Task<Snapshot> ForAsync(IReadOnlyCollection<Guid> taskIds, CancellationToken ct) =>
        await FrameAsync(ct) with { Ready = await Select(Ready(db.Tasks).Where(t => taskIds.Contains(t.Id))).ToListAsync(ct) };

    /// <summary>Whether the caps leave room for one more run, as a pass would see it.</summary>
    public async Task<bool> HasRoomAsync(string lane, string board, CancellationToken ct) => Admit.HasRoom(await FrameAsync(ct), lane, board);

    /// <summary>Groups of offers that nobody can claim any more.</summary>
    public async Task<IReadOnlyList<LiveRuns>> StrandedAsync(CancellationToken ct) => [.. Admit.Stranded(await FrameAsync(ct))];

    /// <summary>A ready task's place in its lane, from 1.</summary>
    public async Task<int> PlaceAsync(KanbanTask task, CancellationToken ct) =>
        1 + await Ready(db.Tasks).CountAsync(t => t.Lane == task.Lane
            && (t.Priority > task.Priority
                || t.Priority == task.Priority && (t.ReadyAt < task.ReadyAt || t.ReadyAt == task.ReadyAt && t.Id.CompareTo(task.Id) < 0)), ct);

    internal static IQueryable<KanbanTask> Ready(IQueryable<KanbanTask> tasks) =>
        tasks.Where(t => t.Status == Status.Ready && t.LiveRunId == null && !t.Archived && t.Lane != null);

    private IQueryable<KanbanTask> Startable(string lane, string set, Snapshot frame)
    {
        // Boards that are full now are left out, so that their tasks don't use up the scan.
        var full = frame.BoardCaps
            .Where(b => b.Value is { } cap && frame.Live.Where(l => l.Board == b.Key).Sum(l => l.Count) >= cap)
            .Select(b => b.Key).ToList();
        var tasks = Ready(db.Tasks).Where(t => t.Lane == lane && t.RequirementSet == set);
        if (full.Count > 0)
            tasks = tasks.Where(t => !full.Contains(t.Board));
        // Parents are kept by the status; this is the gate's own look at P5.
        return tasks.Where(t => !db.TaskLinks.Any(l => l.ChildId == t.Id && l.Parent.Status != Status.Done));
    }

    private async Task<Snapshot> FrameAsync(CancellationToken ct)
    {
        var lanes = await db.Lanes.AsNoTracking().ToListAsync(ct);
        var boards = await db.Boards.AsNoTracking().Where(b => b.MaxActive != null).ToDictionaryAsync(b => b.Key, b => b.MaxActive, ct);
        var workers = await db.Workers.AsNoTracking().Include(w => w.Lanes).Where(w => w.State == WorkerState.Live).ToListAsync(ct);
        // Only what requires something is joined to its task.
        var plain = db.Runs.Where(r => r.Live && r.RequirementSet == "")
            .GroupBy(r => new { r.Lane, r.Board, r.WorkerId })
            .Select(g => new { g.Key.Lane, g.Key.Board, RequirementSet = "", Host = (string?)null, Needs = "", g.Key.WorkerId, Count = g.Count() });
        var special = db.Runs.Where(r => r.Live && r.RequirementSet != "")
            .GroupBy(r => new { r.Lane, r.Board, r.RequirementSet, r.Task.Host, r.Task.Needs, r.WorkerId })
            .Select(g => new { g.Key.Lane, g.Key.Board, g.Key.RequirementSet, g.Key.Host, g.Key.Needs, g.Key.WorkerId, Count = g.Count() });
        var live = (await plain.Concat(special).ToListAsync(ct))
            .ConvertAll(g => new LiveRuns(g.Lane, g.Board, g.RequirementSet, g.Host, g.Needs, g.WorkerId, g.Count));
        return new Snapshot(
            options.Value.MaxActiveTasks is 0 ? null : options.Value.MaxActiveTasks,
            options.Value.LookAhead,
            lanes.ToDictionary(l => l.Name, l => new LaneRow(l.Name, l.MaxActive, l.Paused, l.PausedReason, l.Profile, bus.ProblemOf(l.Name), bus.IsRefused(l.Name))),
            boards,
            workers.ConvertAll(FleetMember.Of),
            live,
            []);
    }

    private static IQueryable<KanbanTask> InOrder(IQueryable<KanbanTask> tasks) =>
        tasks.OrderByDescending(t => t.Priority).ThenBy(t => t.ReadyAt).ThenBy(t => t.Id);

    private static IQueryable<ReadyTask> Select(IQueryable<KanbanTask> tasks) => tasks.AsNoTracking().Select(t =>
        new ReadyTask(t.Id, t.Board + "-" + t.Number, t.Board, t.Lane!, t.RequirementSet, t.Host, t.Needs, t.Priority, t.ReadyAt ?? t.UpdatedAt));
}
