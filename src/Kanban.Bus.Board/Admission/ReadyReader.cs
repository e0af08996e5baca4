using Kanban.Bus.Board.Fleet;
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
            await FindAsync(SnapshotReader.Ready(db.Tasks).Where(t => holders.Contains(t.Id)), ct);
        return [.. _found.Values];
    }

    private async Task ReadAsync(QueueHead queue, CancellationToken ct)
    {
        if (frame.Lanes.GetValueOrDefault(queue.Lane) is not { Problem: null } lane || lane.Breaker?.WhyNot(lane.Name, frame.Now, taken: false) is not null || Room(queue, lane) is not { } room)
            return;
        var most = Math.Min(room + options.LookAhead, options.BatchSize);
        var starves = frame.Caps.Count > 0 && frame.Order.Starves(queue.TurnAt ?? default, frame.Now);
        if (most == 0 && !starves)
            return;

        // A task may draw more or less of its lane's pools than the lane says, but never nothing.
        var isOpen = lane.Pools.Keys.Select(CapKey.Pool).Append(CapKey.Lane(queue.Lane)).All(c => _ledger.WhyNot(c, 1, Place.Last) is null);
        var groups = most > 0 && isOpen ? await queue.GroupsAsync(db, MostGroups, ct) : [];
        var open = groups.Where(g => _ledger.WhyNot(queue.Lane, g.Board, Draws.Join(lane.Pools, Draws.Read(g.Draws)), Place.Last) is null).ToList();
        // The first in line, whoever they are; and of each group that has room its first, so that none is hidden by the many of another.
        if (open.Count > 0 || groups.Count == MostGroups)
            await FindInLineAsync(queue, most + options.ScanLimit, ct);
        else if (starves)
            await FindAsync(InLine(queue).Take(StarvingLooked), ct);
        if (open.Count > 0 && groups.Count > 1)
            await FindAsync(db.FirstOfGroups(queue.Lane, queue.RequirementSet, [.. open.Select(g => g.ToString())], 1 + (most + options.ScanLimit) / open.Count), ct);
    }

    /// <summary>The first in line; and where retries among them may have to wait, the first of the fresh tasks, so that these are not hidden behind those.</summary>
    private async Task FindInLineAsync(QueueHead queue, int most, CancellationToken ct)
    {
        var found = await FindAsync(InLine(queue).Take(most), ct);
        if (found.Count == most && found.Exists(t => t.Retry))
            await FindAsync(InLine(queue).Where(t => t.FailedBy == "").Take(most), ct);
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

    private IQueryable<KanbanTask> InLine(QueueHead queue)
    {
        var tasks = SnapshotReader.Ready(db.Tasks).Where(t => t.Lane == queue.Lane && t.RequirementSet == queue.RequirementSet);
        if (BeforeClose.SecondsLeft(frame, frame.Lanes[queue.Lane]) is { } left)
            tasks = tasks.Where(t => t.MaxRuntimeSeconds == null || t.MaxRuntimeSeconds <= left);
        return tasks.OrderBy(t => t.TurnAt).ThenBy(t => t.Id);
    }

    private async Task<List<ReadyTask>> FindAsync(IQueryable<KanbanTask> tasks, CancellationToken ct)
    {
        // Parents are kept by the status; this is the gate's own look at P5.
        var found = await SnapshotReader.Select(tasks.Where(t => !db.TaskLinks.Any(l => l.ChildId == t.Id && l.Parent.Status != Status.Done))).ToListAsync(ct);
        foreach (var task in found)
            _found[task.Id] = task;
        return found;
    }
}
