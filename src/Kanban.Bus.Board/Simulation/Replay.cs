using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Runs;

namespace Kanban.Bus.Board.Simulation;

/// <summary>A run as it was, or as it is thought to be: what admission asks of it, when it became ready, and how long it held its slot.</summary>
/// <param name="Worker">Who held it when the replay begins; null for one that arrives during it.</param>
public sealed record PastRun(ReadyTask Task, DateTimeOffset ReadyAt, TimeSpan Length, FleetMember? Worker = null);

/// <summary>Where it is replayed: the workers and lanes of now, and the caps of any moment.</summary>
/// <param name="CapsAt">The caps that hold then, by their windows.</param>
public sealed record World(
    IReadOnlyDictionary<string, LaneRow> Lanes, IReadOnlyList<FleetMember> Workers, OrderRules Order, Func<DateTimeOffset, IReadOnlyDictionary<CapKey, Cap>> CapsAt);

/// <summary>Lets past arrivals meet other caps: the same decision that admits real work, on a clock that jumps from one moment at which something changes to the next.</summary>
public sealed class Replay
{
    /// <summary>Work that has not started this long after the last arrival never does.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromDays(7);

    private readonly World _world;
    private readonly Dictionary<Shape, SortedDictionary<(DateTimeOffset TurnAt, Guid Id), PastRun>> _waiting = [];
    private readonly Dictionary<(Shape Shape, string Worker, string Draws), int> _live = [];
    private readonly Dictionary<string, FleetMember> _workers;
    private readonly PriorityQueue<(Shape Shape, string Worker, string Draws), DateTimeOffset> _ends = new();
    private readonly ReplayTally _tally = new();
    private IReadOnlyDictionary<CapKey, Cap> _caps = new Dictionary<CapKey, Cap>();
    private DateTimeOffset? _capsUntil = DateTimeOffset.MinValue;

    private Replay(World world) => (_world, _workers) = (world, world.Workers.ToDictionary(w => w.Id));

    /// <param name="runs">In the order in which they became ready.</param>
    public static ReplayTally Of(World world, DateTimeOffset from, IReadOnlyList<PastRun> runs, CancellationToken ct)
    {
        var replay = new Replay(world);
        foreach (var run in runs.Where(r => r.Worker is not null))
            replay.Hold(run, run.Worker!, replay.DrawsOf(run), from);
        replay.Go(from, new(runs.Where(r => r.Worker is null)), ct);
        return replay._tally;
    }

    private void Go(DateTimeOffset now, Queue<PastRun> arrivals, CancellationToken ct)
    {
        var last = arrivals.Count == 0 ? now : arrivals.Max(a => a.ReadyAt) + Patience;
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            while (_ends.TryPeek(out var over, out var at) && at <= now)
                End(over);
            while (arrivals.TryPeek(out var next) && next.ReadyAt <= now)
                Arrive(arrivals.Dequeue());
            if (now >= _capsUntil)
                (_caps, _capsUntil) = (_world.CapsAt(now), null);
            _capsUntil ??= _caps.Values.Min(c => c.Window?.Until) ?? DateTimeOffset.MaxValue;
            Start(now);
            if (Next(arrivals) is not { } then || then > last)
                break;
            _tally.Pass(then - now, _caps, Seen([]));
            now = then;
        }

        foreach (var never in _waiting.Values.SelectMany(w => w.Values).Concat(arrivals))
            _tally.NeverStarted(never);
    }

    /// <summary>The next moment at which anything can change; null when nothing will.</summary>
    private DateTimeOffset? Next(Queue<PastRun> arrivals)
    {
        var next = DateTimeOffset.MaxValue;
        if (arrivals.TryPeek(out var arrival))
            next = arrival.ReadyAt;
        if (_ends.TryPeek(out _, out var end) && end < next)
            next = end;
        if (_waiting.Count > 0 && _capsUntil < next)
            next = _capsUntil!.Value;
        return next == DateTimeOffset.MaxValue ? null : next;
    }

    private void Start(DateTimeOffset now)
    {
        if (_waiting.Count == 0)
            return;
        // Of tasks that are alike only as many as there are slots can start: the rest need not be looked at.
        var ready = _waiting.SelectMany(w => w.Value.Values.Take(1 + _world.Workers.Sum(m => m.Slots.GetValueOrDefault(w.Key.Lane))).Select(r => r.Task)).ToList();
        var decision = Admit.Decide(Seen(ready) with { Now = now });
        foreach (var (task, draws) in decision.Offers)
        {
            var shape = Shape.Of(task);
            if (Taker(shape) is not { } worker)
                continue;
            var run = Take(shape, task);
            _tally.Started(run, now);
            Hold(run, worker, draws, now);
        }
    }

    private Snapshot Seen(IReadOnlyList<ReadyTask> ready) => new(
        _caps, 0, _world.Lanes, _world.Workers,
        [.. _live.Select(l => new LiveRuns(
            l.Key.Shape.Lane, l.Key.Shape.Board, l.Key.Shape.RequirementSet, l.Key.Shape.Host, l.Key.Shape.Needs, l.Key.Worker, l.Value,
            _workers.GetValueOrDefault(l.Key.Worker)?.Host, l.Key.Draws, l.Key.Shape.FairKey))],
        ready)
    {
        Order = _world.Order,
    };

    /// <summary>The plainest worker with a free slot on a host that is not full, as the decision reckons.</summary>
    private FleetMember? Taker(Shape shape)
    {
        var ledger = new Ledger(Seen([]));
        var wanted = RequirementSet.Split(shape.Needs);
        return _world.Workers
            .Where(w => w.TakesWork && Eligibility.Lacks(w, shape.Lane, _world.Lanes[shape.Lane].Profile, shape.Host, wanted) is null
                && w.Slots.GetValueOrDefault(shape.Lane) > _live.Where(l => l.Key.Worker == w.Id && l.Key.Shape.Lane == shape.Lane).Sum(l => l.Value)
                && !ledger.IsClosed(CapKey.Host(w.Host)))
            .OrderBy(w => w.Capabilities.Count).ThenBy(w => w.Slots.Count).ThenBy(w => w.Id, StringComparer.Ordinal).FirstOrDefault();
    }

    private void Arrive(PastRun run)
    {
        if (!_waiting.TryGetValue(Shape.Of(run.Task), out var line))
            _waiting[Shape.Of(run.Task)] = line = [];
        line[(run.Task.TurnAt, run.Task.Id)] = run;
    }

    private PastRun Take(Shape shape, ReadyTask task)
    {
        var line = _waiting[shape];
        line.Remove((task.TurnAt, task.Id), out var run);
        if (line.Count == 0)
            _waiting.Remove(shape);
        return run!;
    }

    private void Hold(PastRun run, FleetMember worker, string draws, DateTimeOffset now)
    {
        var key = (Shape.Of(run.Task), worker.Id, draws);
        _live[key] = _live.GetValueOrDefault(key) + 1;
        _ends.Enqueue(key, now + run.Length);
    }

    private void End((Shape Shape, string Worker, string Draws) key)
    {
        _ends.Dequeue();
        if (--_live[key] == 0)
            _live.Remove(key);
    }

    private string DrawsOf(PastRun run) => Draws.Write(Draws.Join(_world.Lanes.GetValueOrDefault(run.Task.Lane)?.Pools ?? Draws.None, Draws.Read(run.Task.Draws)));

    /// <summary>What admission can't tell two tasks apart by, but for their turns.</summary>
    private readonly record struct Shape(string Lane, string Board, string RequirementSet, string? Host, string Needs, string Draws, string FairKey)
    {
        public static Shape Of(ReadyTask task) => new(task.Lane, task.Board, task.RequirementSet, task.Host, task.Needs, task.Draws, task.FairKey);
    }
}
