using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Contracts;
using static Kanban.Bus.Tests.Admission.Worlds;

namespace Kanban.Bus.Tests.Admission;

/// <summary>What happens in one second of a history.</summary>
/// <param name="Lane">Of a task that arrives; whatever else happens takes what it needs from the numbers.</param>
internal sealed record Moment(MomentKind What, int Lane, int Board, int Priority, int Draws, int Length)
{
    public override string ToString() => $"{What} {Lane} {Board} {Priority} {Draws} {Length}";
}

internal enum MomentKind
{
    Nothing,
    Arrival,
    Death,
    Withdrawal,
    CapChange,
}

/// <summary>A board in memory that does what the rows do: several replicas make passes under one lock, while tasks arrive, runs end, workers die and caps change.</summary>
internal sealed class SmallBoard
{
    /// <summary>Seconds from claim to end; an offer is claimed within one.</summary>
    public const int LongestRun = 4;

    public const int Step = 5;
    public const int ReserveAfter = 5;

    private static readonly string[] LaneNames = ["a", "b"];
    private static readonly string[] Boards = ["web", "api"];
    private static readonly string[] Kinds = ["", "p=1", "p=1", "p=1", "q=1", "p=1,q=1", "p=4", "p=2,q=4"];
    private static readonly CapKey[] Capped = [CapKey.Pool("p"), CapKey.Pool("q"), CapKey.Lane("a"), CapKey.Board("web"), CapKey.Everything, CapKey.Host("host-w1")];

    private readonly int _lowest;
    private readonly bool _pauses;
    private readonly int _reserveAfter;
    private readonly Dictionary<CapKey, Cap> _caps = [];
    private readonly FleetMember[] _workers = [Member("w1", "a=4 b=4"), Member("w2", "a=3 b=3")];
    private readonly List<Waiting> _tasks = [];
    private readonly List<Running> _runs = [];
    private IReadOnlyCollection<Reservation> _kept = [];
    private int _now;
    private int _arrived;
    private (Waiting? Task, int Since) _first;

    /// <param name="lowest">No cap is ever set below.</param>
    /// <param name="reserveAfter">Seconds until what a task lacks is kept for it.</param>
    public SmallBoard(int lowest, bool pauses, int reserveAfter = ReserveAfter)
    {
        (_lowest, _pauses, _reserveAfter) = (lowest, pauses, reserveAfter);
        foreach (var key in Capped)
            _caps[key] = new(key, Math.Max(lowest, key.Kind is CapKind.Pool ? 4 : 6));
    }

    /// <summary>The first sentence of what must not be; null while all is well.</summary>
    public string? Fault { get; private set; }

    /// <summary>The first task that started while one like it, whose turn was before, had to wait; null while none did.</summary>
    public string? Passed { get; private set; }

    /// <summary>The longest that a task waited after it starved and was the first in line, in seconds. Tasks for one host are left out: its slots are no cap.</summary>
    public int LongestStarving { get; private set; }

    public void Live(Moment moment)
    {
        _now++;
        foreach (var over in _runs.Where(r => r.EndsAt <= _now).ToList())
            _runs.Remove(over);
        // Whoever changes a cap holds the lock, as a pass does.
        if (moment.What is MomentKind.CapChange)
            Change(moment);
        for (var replica = 0; replica < 2; replica++)
        {
            var before = Snapshot();
            var decision = Admit.Decide(before);
            // The lock keeps out other passes and nothing else.
            if (replica == 0)
                Meanwhile(moment);
            Commit(before, decision);
        }

        foreach (var offer in _runs.Where(r => r.Worker is null).ToList())
            Claim(offer);
        Starve();
    }

    private void Starve()
    {
        var first = _tasks.Count == 0 ? null : _tasks.Aggregate((one, other) => other.Ready.Place.IsBefore(one.Ready.Place) ? other : one);
        if (first is null || first.Host is not null || _now - first.ReadyAt < ReserveAfter)
            _first = default;
        else if (_first.Task != first)
            _first = (first, _now);
        else
            LongestStarving = Math.Max(LongestStarving, _now - _first.Since);
    }

    private void Meanwhile(Moment moment)
    {
        switch (moment.What)
        {
            case MomentKind.Arrival:
                Arrive(moment);
                break;
            case MomentKind.Death when _runs.Count > 0:
                var worker = _workers[moment.Board % _workers.Length].Id;
                foreach (var dead in _runs.Where(r => r.Worker?.Id == worker).ToList())
                {
                    _runs.Remove(dead);
                    Enter(dead.Task with { ReadyAt = _now });
                }

                break;
            case MomentKind.Withdrawal when _tasks.Count > 0:
                var gone = _tasks[moment.Length % _tasks.Count];
                _tasks.Remove(gone);
                break;
        }
    }

    private void Arrive(Moment moment) => Enter(new Waiting
    {
        Lane = LaneNames[moment.Lane % LaneNames.Length],
        Board = Boards[moment.Board % Boards.Length],
        Priority = moment.Priority,
        Draws = Kinds[moment.Draws % Kinds.Length],
        Host = moment.Draws == 4 ? "host-w1" : null,
        Length = 1 + moment.Length % LongestRun,
        ReadyAt = _now,
    });

    private void Enter(Waiting task)
    {
        task.Number = ++_arrived;
        _tasks.Add(task);
    }

    private void Change(Moment moment)
    {
        var key = Capped[moment.Draws % Capped.Length];
        _caps[key] = new(key, _lowest + moment.Length, Paused: _pauses && moment.Priority == 0);
        foreach (var (offers, count, _) in Admit.Excess(Snapshot()))
            foreach (var run in _runs.Where(r => r.Worker is null && r.Task.Lane == offers.Lane && r.Task.Board == offers.Board && r.Drawn == offers.Draws).Take(count).ToList())
            {
                _runs.Remove(run);
                _tasks.Add(run.Task);
            }
    }

    private Snapshot Snapshot() => World(
        [.. LaneNames.Select(l => Lane(l))], _workers,
        [.. _runs.GroupBy(r => (r.Task.Lane, r.Task.Board, r.Task.Host, Worker: r.Worker?.Id, r.Drawn)).Select(g => Worlds.Live(g.Key.Lane, g.Key.Worker, g.Count(), g.Key.Board, g.Key.Drawn, g.Key.Host, g.Key.Board))],
        [.. _tasks.Select(t => t.Ready)], [.. _caps.Values],
        new(TimeSpan.FromSeconds(Step), TimeSpan.FromSeconds(_reserveAfter), new Dictionary<string, int>(), [.. _kept.Where(k => _tasks.Exists(t => t.Ready.Id == k.Holder.Id))]),
        TimeSpan.FromSeconds(_now));

    private void Commit(Snapshot before, Decision decision)
    {
        if (decision.Offers.Count + decision.Waits.Count != before.Ready.Count)
            Fault ??= $"at {_now}: {before.Ready.Count} were ready, {decision.Offers.Count} offered and {decision.Waits.Count} wait";
        if (decision.Reservations.Select(r => r.Cap).Distinct().Count() != decision.Reservations.Count)
            Fault ??= $"at {_now}: a cap is kept for two";
        foreach (var (started, _) in decision.Offers)
            Passed ??= before.Ready.Where(waits => IsLike(waits, started) && decision.Waits.TryGetValue(waits.Id, out var why)
                    && (waits.Board == started.Board ? waits.Place.IsBefore(started.Place) : why.Code is not WaitCode.BoardCap && StepOf(waits) < StepOf(started)))
                .Select(waits => $"at {_now}: {started.Key} started, and {waits.Key} waits: {decision.Waits[waits.Id].Reason}").FirstOrDefault();
        foreach (var (ready, draws) in decision.Offers)
            if (_tasks.Find(t => t.Ready.Id == ready.Id) is { } task)
            {
                _tasks.Remove(task);
                _runs.Add(new Running(task, draws) { EndsAt = _now + 1 + task.Length });
            }

        _kept = decision.Reservations;
        foreach (var (key, cap) in _caps)
        {
            var drawn = _runs.Sum(r => Units(key, r));
            var added = decision.Offers.Where(o => _runs.Exists(r => r.Task.Ready.Id == o.Task.Id)).Sum(o => Units(key, _runs.Find(r => r.Task.Ready.Id == o.Task.Id)!));
            if (added > 0 && (cap.Paused || drawn > cap.Limit))
                Fault ??= $"at {_now}: {drawn} are drawn of {cap}";
        }

        foreach (var lane in LaneNames)
            if (_runs.Count(r => r.Task.Lane == lane) > _workers.Sum(w => w.Slots[lane]))
                Fault ??= $"at {_now}: more runs than slots in lane {lane}";
    }

    /// <summary>Whether both need the same, their boards aside.</summary>
    private static bool IsLike(ReadyTask one, ReadyTask other) =>
        one.Lane == other.Lane && one.RequirementSet == other.RequirementSet && one.Draws == other.Draws;

    private static long StepOf(ReadyTask task) => task.TurnAt.UtcTicks / TimeSpan.FromSeconds(Step).Ticks;

    /// <summary>By the first worker that fits and has room, as a claim is decided.</summary>
    private void Claim(Running offer) => offer.Worker = _workers.FirstOrDefault(w =>
        (offer.Task.Host is null || offer.Task.Host == w.Host)
        && _runs.Count(r => r.Worker == w && r.Task.Lane == offer.Task.Lane) < w.Slots[offer.Task.Lane]
        && !(_runs.Count(r => r.Worker?.Host == w.Host) >= (_caps.GetValueOrDefault(CapKey.Host(w.Host))?.Limit ?? int.MaxValue)));

    private static int Units(CapKey key, Running run) => key.Kind switch
    {
        CapKind.Global => 1,
        CapKind.Lane => run.Task.Lane == key.Name ? 1 : 0,
        CapKind.Board => run.Task.Board == key.Name ? 1 : 0,
        CapKind.Host => (run.Worker?.Host ?? run.Task.Host) == key.Name ? 1 : 0,
        _ => Draws.Read(run.Drawn).GetValueOrDefault(key.Name),
    };

    internal sealed record Waiting
    {
        public int Number { get; set; }
        public required string Lane { get; init; }
        public required string Board { get; init; }
        public required int Priority { get; init; }
        public required string Draws { get; init; }
        public required string? Host { get; init; }
        public required int Length { get; init; }
        public required int ReadyAt { get; init; }

        /// <summary>In seconds from the start.</summary>
        public int TurnAt => ReadyAt - Priority * Step;

        public ReadyTask Ready => new(
            Id(Number), $"{Board}-{Number}", Board, Lane, RequirementSet.Of(Host, ""), Host, "", Start.AddSeconds(TurnAt), Draws, Board);
    }

    private sealed record Running(Waiting Task, string Drawn)
    {
        public FleetMember? Worker { get; set; }
        public int EndsAt { get; init; }
    }
}
