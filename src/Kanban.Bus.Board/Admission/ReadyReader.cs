using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Admission;

/// <summary>Reads the ready tasks that a pass may start or has to keep something for. Their number is bounded by what could start, not by what waits.</summary>
internal sealed class ReadyReader(BoardDbContext db, AdmissionOptions options, Snapshot frame)
{
    /// <summary>Groups of a queue that are looked at by themselves. Beyond them, turns alone count.</summary>
    private const int MostGroups = 100;

    /// <summary>Of a queue that is closed, the first so many are looked at once they starve: what they lack may have to be kept for them.</summary>
    private const int StarvingLooked = 10;

    private readonly Ledger _ledger = new(frame);
    private readonly Dictionary<Guid, ReadyTask> _found = [];

    public async Task<IReadOnlyList<ReadyTask>> ReadAsync(IReadOnlyList<QueueHead> queues, CancellationToken ct)
    {
        if (_ledger.IsClosed(CapKey.Everything))
            return [];
        foreach (var queue in queues)
            await ReadAsync(queue, ct);
        // Only the decision knows whether what is kept for them is still theirs.
        var holders = frame.Order.Reservations.Select(r => r.Holder.Id).Where(id => !_found.ContainsKey(id)).Distinct().ToList();
        if (holders.Count > 0)
            await FindAsync(Startable.Where(t => holders.Contains(t.Id)), ct);
        return [.. _found.Values];
    }

    private async Task ReadAsync(QueueHead queue, CancellationToken ct)
    {
        if (frame.Lanes.GetValueOrDefault(queue.Lane) is not { Problem: null } lane || lane.Breaker?.WhyNot(lane.Name, frame.Now, taken: false) is not null || Room(queue, lane) is not { } room)
            return;
        var most = Math.Min(Math.Min(room + options.LookAhead, Units(lane)), options.BatchSize);
        var starves = frame.Caps.Count > 0 && frame.Order.Starves(queue.TurnAt ?? default, frame.Now);
        if (most == 0 && !starves)
            return;

        var groups = most > 0 ? await queue.GroupsAsync(db, MostGroups, ct) : [];
        var open = groups.Where(g => _ledger.WhyNot(queue.Lane, g.Board, Draws.Join(lane.Pools, Draws.Read(g.Draws)), Place.Last) is null).ToList();
        if (groups.Count == MostGroups)
            await FindInLineAsync(queue, most + options.ScanLimit, ct);
        else if (open.Count == 1 && groups.Count == 1)
            await FindInLineAsync(queue, most, ct);
        else if (starves)
            await FindAsync(InLine(queue).Take(StarvingLooked), ct);
        // Tasks of one group are alike to every cap: who can start is among the first of theirs.
        if (open.Count > 0 && groups.Count > 1 && await FindOfGroupsAsync(queue, open, most, ct) is var found && found.Exists(t => t.Retry))
            await FindAsync(InLine(queue).Where(Retries.Fresh).Take(most + options.ScanLimit), ct);
    }

    private Task<List<ReadyTask>> FindOfGroupsAsync(QueueHead queue, List<AdmissionGroup> groups, int each, CancellationToken ct)
    {
        // What would not end before the lane closes is passed by.
        var beyond = frame.Lanes[queue.Lane].HoldsBeforeClose ? options.ScanLimit : 0;
        return FindAsync(db.FirstOfGroups(queue.Lane, queue.RequirementSet, [.. groups.Select(g => g.ToString())], each + beyond), ct);
    }

    /// <summary>The first in line; and where retries among them may have to wait, the first of the fresh tasks, so that these are not hidden behind those.</summary>
    private async Task FindInLineAsync(QueueHead queue, int most, CancellationToken ct)
    {
        var found = await FindAsync(InLine(queue).Take(most), ct);
        if (found.Count == most && found.Exists(t => t.Retry))
            await FindAsync(InLine(queue).Where(Retries.Fresh).Take(most), ct);
    }

    /// <summary>Free slots of the workers that fit, without what is offered in the queue already; null when nobody serves it.</summary>
    private int? Room(QueueHead queue, LaneRow lane)
    {
        var needs = RequirementSet.Split(queue.Needs);
        var fitting = frame.Workers.Where(w => w.TakesWork && Eligibility.Lacks(w, queue.Lane, lane.Profile, queue.Host, needs) is null).ToDictionary(w => w.Id, w => w.Slots[queue.Lane]);
        if (fitting.Values.Sum() == 0)
            return null;
        var taken = frame.Live.Where(l => l.Lane == queue.Lane && (l.WorkerId is { } worker ? fitting.ContainsKey(worker) : l.RequirementSet == queue.RequirementSet)).Sum(l => l.Count);
        return Math.Max(0, fitting.Values.Sum() - taken);
    }

    /// <summary>How many the caps have room for that every task of the lane draws from.</summary>
    private int Units(LaneRow lane) => lane.Pools.Keys.Select(CapKey.Pool).Append(CapKey.Lane(lane.Name)).Append(CapKey.Everything).Min(_ledger.Left);

    private IQueryable<KanbanTask> InLine(QueueHead queue)
    {
        var tasks = Startable.Where(t => t.Lane == queue.Lane && t.RequirementSet == queue.RequirementSet);
        if (BeforeClose.SecondsLeft(frame, frame.Lanes[queue.Lane]) is { } left)
            tasks = tasks.Where(t => t.MaxRuntimeSeconds == null || t.MaxRuntimeSeconds <= left);
        return tasks.OrderBy(t => t.TurnAt).ThenBy(t => t.Id);
    }

    /// <summary>Parents are kept by the status; this is the gate's own look at P5.</summary>
    private IQueryable<KanbanTask> Startable => SnapshotReader.Ready(db.Tasks).Where(t => !db.TaskLinks.Any(l => l.ChildId == t.Id && l.Parent.Status != Status.Done));

    private async Task<List<ReadyTask>> FindAsync(IQueryable<KanbanTask> tasks, CancellationToken ct)
    {
        var found = await SnapshotReader.Select(tasks).ToListAsync(ct);
        foreach (var task in found)
            _found[task.Id] = task;
        return found;
    }
}
