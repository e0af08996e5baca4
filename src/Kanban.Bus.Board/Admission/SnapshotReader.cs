using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Pools;
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
        // By the two ends of each lane in the index: mostly nothing is ready, and then nothing else is read. PostgreSQL would answer Any, Min or Max by reading every ready task.
        var lanes = await db.Lanes.AsNoTracking().Select(l => new
        {
            Lane = l,
            FirstSet = Ready(db.Tasks).Where(t => t.Lane == l.Name).OrderBy(t => t.RequirementSet).Select(t => t.RequirementSet).FirstOrDefault(),
            LastSet = Ready(db.Tasks).Where(t => t.Lane == l.Name).OrderByDescending(t => t.RequirementSet).Select(t => t.RequirementSet).FirstOrDefault(),
        }).ToListAsync(ct);
        if (lanes.TrueForAll(l => l.FirstSet is null))
            return Snapshot.Empty;
        var frame = await FrameAsync(lanes.ConvertAll(l => l.Lane), ct);
        var ledger = new Ledger(frame);
        if (ledger.IsClosed(CapKey.Everything))
            return frame;
        var waiting = lanes.Where(l => l.FirstSet is not null && IsOpen(frame.Lanes[l.Lane.Name], ledger)).ToList();
        var queues = waiting.Where(l => l.FirstSet == "").Select(l => new Queue(l.Lane.Name, "", null, "")).ToList();
        // Only tasks that require something are gone through.
        if (waiting.Where(l => l.LastSet != "").Select(l => l.Lane.Name).ToList() is { Count: > 0 } special)
            queues.AddRange(await Ready(db.Tasks).Where(t => special.Contains(t.Lane!) && t.RequirementSet.CompareTo("") > 0)
                .Select(t => new Queue(t.Lane!, t.RequirementSet, t.Host, t.Needs)).Distinct().ToListAsync(ct));
        var ready = new List<ReadyTask>();
        foreach (var queue in queues)
        {
            var lane = frame.Lanes[queue.Lane];
            // Only a queue that somebody serves is worth reading, and no further than its workers' slots reach.
            var needs = RequirementSet.Split(queue.Needs);
            var slots = frame.Workers.Where(w => w.TakesWork && Eligibility.Lacks(w, queue.Lane, lane.Profile, queue.Host, needs) is null).Sum(w => w.Slots[queue.Lane]);
            if (slots == 0)
                continue;
            var most = Math.Min(slots + options.Value.LookAhead, options.Value.BatchSize);
            ready.AddRange(await Select(InOrder(Startable(queue.Lane, queue.RequirementSet, frame, ledger))).Take(most + options.Value.ScanLimit).ToListAsync(ct));
        }

        return frame with { Ready = [.. ready.OrderByDescending(t => t.Priority).ThenBy(t => t.ReadyAt).ThenBy(t => t.Id)] };
    }

    /// <summary>What every cap is and what is drawn of it.</summary>
    public async Task<Usage> UsageAsync(CancellationToken ct) => new(await FrameAsync(ct));

    /// <summary>Whether the caps leave room for a run that comes back, as a pass would see it.</summary>
    public async Task<bool> HasRoomAsync(Run run, CancellationToken ct) => Admit.HasRoom(await FrameAsync(ct), run);

    /// <summary>A ready task's place in its lane, from 1.</summary>
    public async Task<int> PlaceAsync(KanbanTask task, CancellationToken ct) =>
        1 + await Ready(db.Tasks).CountAsync(t => t.Lane == task.Lane
            && (t.Priority > task.Priority
                || t.Priority == task.Priority && (t.ReadyAt < task.ReadyAt || t.ReadyAt == task.ReadyAt && t.Id.CompareTo(task.Id) < 0)), ct);

    internal static IQueryable<KanbanTask> Ready(IQueryable<KanbanTask> tasks) =>
        tasks.Where(t => t.Status == Status.Ready && t.LiveRunId == null && !t.Archived && t.Lane != null);

    private IQueryable<KanbanTask> Startable(string lane, string set, Snapshot frame, Ledger ledger)
    {
        // What draws from a cap that is full now is left out, so that it doesn't use up the scan.
        var tasks = Ready(db.Tasks).Where(t => t.Lane == lane && t.RequirementSet == set);
        var closed = frame.Caps.Keys.Where(ledger.IsClosed).ToList();
        var boards = closed.Where(c => c.Kind is CapKind.Board).Select(c => c.Name).ToList();
        if (boards.Count > 0)
            tasks = tasks.Where(t => !boards.Contains(t.Board));
        foreach (var pool in closed.Where(c => c.Kind is CapKind.Pool).Select(c => $",{c.Name}="))
            tasks = tasks.Where(t => !("," + t.Draws).Contains(pool));
        // Parents are kept by the status; this is the gate's own look at P5.
        return tasks.Where(t => !db.TaskLinks.Any(l => l.ChildId == t.Id && l.Parent.Status != Status.Done));
    }

    /// <summary>All but the tasks that could start.</summary>
    public async Task<Snapshot> FrameAsync(CancellationToken ct) => await FrameAsync(await db.Lanes.AsNoTracking().ToListAsync(ct), ct);

    private async Task<Snapshot> FrameAsync(List<Lane> lanes, CancellationToken ct)
    {
        var boards = await db.Boards.AsNoTracking().Where(b => b.MaxActive != null).Select(b => new { b.Key, b.MaxActive }).ToListAsync(ct);
        // The pool over everything is always there, so one round trip brings the clock along.
        var read = await db.Pools.AsNoTracking().Select(p => new { Pool = p, Now = BoardDbContext.Now() }).ToListAsync(ct);
        var (pools, now) = (read.ConvertAll(p => p.Pool), read.Max(p => p.Now));
        var workers = await db.Workers.AsNoTracking().Include(w => w.Lanes).Where(w => w.State == WorkerState.Live).ToListAsync(ct);
        // Only what requires something is joined to its task.
        var plain = db.Runs.Where(r => r.Live && r.RequirementSet == "")
            .GroupBy(r => new { r.Lane, r.Board, r.WorkerId, r.Host, r.Draws })
            .Select(g => new { g.Key.Lane, g.Key.Board, RequirementSet = "", Host = (string?)null, Needs = "", g.Key.WorkerId, Count = g.Count(), HeldOn = g.Key.Host, g.Key.Draws });
        var special = db.Runs.Where(r => r.Live && r.RequirementSet != "")
            .GroupBy(r => new { r.Lane, r.Board, r.RequirementSet, Asked = r.Task.Host, r.Task.Needs, r.WorkerId, r.Host, r.Draws })
            .Select(g => new { g.Key.Lane, g.Key.Board, g.Key.RequirementSet, Host = g.Key.Asked, g.Key.Needs, g.Key.WorkerId, Count = g.Count(), HeldOn = g.Key.Host, g.Key.Draws });
        var live = (await plain.Concat(special).ToListAsync(ct))
            .ConvertAll(g => new LiveRuns(g.Lane, g.Board, g.RequirementSet, g.Host, g.Needs, g.WorkerId, g.Count, g.HeldOn, g.Draws));
        var most = options.Value.MaxActiveTasks is 0 ? (int?)null : options.Value.MaxActiveTasks;
        var caps = pools.Select(p => p.Effective(most, now))
            .Concat(lanes.Select(l => new Cap(CapKey.Lane(l.Name), l.MaxActive, Paused: l.Paused, PausedReason: l.PausedReason)))
            .Concat(boards.Select(b => new Cap(CapKey.Board(b.Key), b.MaxActive)));
        return new Snapshot(
            caps.Where(c => c.Limit is not null || c.Paused).ToDictionary(c => c.Key),
            options.Value.LookAhead,
            lanes.ToDictionary(l => l.Name, l => new LaneRow(l.Name, l.Profile, DrawsOf(l, pools), bus.ProblemOf(l.Name), bus.IsRefused(l.Name))),
            workers.ConvertAll(FleetMember.Of),
            live,
            [],
            now);
    }

    private static bool IsOpen(LaneRow lane, Ledger ledger) =>
        lane.Problem is null && !ledger.IsClosed(CapKey.Lane(lane.Name)) && !lane.Pools.Keys.Any(p => ledger.IsClosed(CapKey.Pool(p)));

    /// <summary>What a lane's runs draw by their profile, and by the lane itself, which has the last word.</summary>
    private static IReadOnlyDictionary<string, int> DrawsOf(Lane lane, List<Pool> pools) => Draws.Join(
        pools.Where(p => p.Profiles.Length > 0).Select(p => (p.Name, Units: Draws.Read(p.Profiles).GetValueOrDefault(lane.Profile)))
            .Where(p => p.Units > 0).ToDictionary(p => p.Name, p => p.Units),
        Draws.Read(lane.Draws));

    private static IQueryable<KanbanTask> InOrder(IQueryable<KanbanTask> tasks) =>
        tasks.OrderByDescending(t => t.Priority).ThenBy(t => t.ReadyAt).ThenBy(t => t.Id);

    private static IQueryable<ReadyTask> Select(IQueryable<KanbanTask> tasks) => tasks.AsNoTracking().Select(t =>
        new ReadyTask(t.Id, t.Board + "-" + t.Number, t.Board, t.Lane!, t.RequirementSet, t.Host, t.Needs, t.Priority, t.ReadyAt ?? t.UpdatedAt, t.Draws));

    internal static ReadyTask Of(KanbanTask task) => new(
        task.Id, task.Key, task.Board, task.Lane!, task.RequirementSet, task.Host, task.Needs, task.Priority, task.ReadyAt ?? task.UpdatedAt, task.Draws);

    private sealed record Queue(string Lane, string RequirementSet, string? Host, string Needs);
}
