using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Admission;

/// <summary>The one decision that turns ready tasks into offers (P3, P6). A pure function: the same code decides and explains.</summary>
public static class Admit
{
    /// <summary>Goes through the ready tasks in order. One that does not fit is passed by, and says why; once it starves, what it lacks is kept for it.</summary>
    public static Decision Decide(Snapshot snapshot)
    {
        var room = new Room(snapshot);
        room.ForgetIdle();
        var line = new Line(snapshot);
        var offers = new List<Pick>();
        var waits = new Dictionary<Guid, Wait>();
        while (line.Next() is { } task)
            if (room.WhyNot(task) is { } wait)
            {
                waits[task.Id] = wait;
                room.Keep(task, wait);
            }
            else
            {
                room.Take(task);
                line.Started(task);
                offers.Add(new Pick(task, Draws.Write(room.PoolsOf(task))));
            }

        return new Decision(offers, waits, room.Kept);
    }

    /// <summary>Why no live worker, or no pool, could ever take it as things are; null when one could.</summary>
    public static string? Never(Snapshot snapshot, ReadyTask task) => new Room(snapshot with { Live = [] }).Never(task);

    /// <summary>Whether the caps leave room for a run that comes back to its host, whatever the slots.</summary>
    public static bool HasRoom(Snapshot snapshot, Run run)
    {
        var ledger = new Ledger(snapshot);
        return ledger.WhyNot(run.Lane, run.Board, Draws.Read(run.Draws)) is null && (run.Host is null || !ledger.IsClosed(CapKey.Host(run.Host)));
    }

    /// <summary>Unclaimed offers for which a cap has no room any more: it was lowered or paused since. What runs is let be.</summary>
    /// <returns>How many of each group, and the cap that binds.</returns>
    public static IReadOnlyList<(LiveRuns Offers, int Count, Wait Why)> Excess(Snapshot snapshot)
    {
        var ledger = new Ledger(snapshot);
        var excess = new List<(LiveRuns, int, Wait)>();
        foreach (var offers in snapshot.Live.Where(l => l.Offered))
        {
            // The canary is offered while its lane's breaker is half open: what is offered while it is open is older.
            if (snapshot.Lanes.GetValueOrDefault(offers.Lane)?.Breaker is { State: BreakerState.Open } breaker)
            {
                excess.Add((offers, offers.Count, breaker.WhyNot(offers.Lane, snapshot.Now, taken: true)!));
                ledger.Take(offers, -offers.Count);
                continue;
            }

            Wait? why = null;
            var count = 0;
            for (; count < offers.Count && ledger.WhyNotKeep(offers) is { } wait; count++)
            {
                why ??= wait;
                ledger.Take(offers, -1);
            }

            if (why is not null)
                excess.Add((offers, count, why));
        }

        return excess;
    }

    /// <summary>Unclaimed offers that nobody can claim any more: no worker that takes work fits them, or their lane's queue is refused. While the broker is merely away they wait.</summary>
    public static IEnumerable<LiveRuns> Stranded(Snapshot snapshot)
    {
        var room = new Room(snapshot);
        return snapshot.Live.Where(offered => offered.Offered
            && (snapshot.Lanes.GetValueOrDefault(offered.Lane) is { Refused: true } || !room.AnybodyFits(offered)));
    }

    /// <summary>What is left of every cap and slot while the decision is being made.</summary>
    private sealed class Room
    {
        private readonly Snapshot _snapshot;
        private readonly Ledger _ledger;
        private readonly bool _hostsAreCapped;
        private readonly Dictionary<(string Worker, string Lane), int> _freeSlots = [];
        private readonly Dictionary<(string Lane, string Set), int> _lookAhead = [];
        private readonly Dictionary<(string Lane, string Set), IReadOnlyList<FleetMember>> _fitting = [];
        private readonly Dictionary<(string Lane, string Draws), IReadOnlyDictionary<string, int>> _pools = [];
        private readonly HashSet<string> _canaries = [];
        private readonly Dictionary<string, int> _retries = [];
        private readonly Dictionary<(string Lane, string Set), Wait> _noSlot = [];

        public Room(Snapshot snapshot)
        {
            _snapshot = snapshot;
            _ledger = new Ledger(snapshot);
            _hostsAreCapped = snapshot.Caps.Keys.Any(c => c.Kind is CapKind.Host);
            var held = snapshot.Live.Where(l => !l.Offered).ToLookup(l => (l.WorkerId!, l.Lane), l => l.Count);
            foreach (var worker in snapshot.Workers.Where(w => w.TakesWork))
                foreach (var (lane, slots) in worker.Slots)
                    _freeSlots[(worker.Id, lane)] = slots - held[(worker.Id, lane)].Sum();
            // Offers that nobody has claimed yet will take slots too. Those that ask for a host count for it already.
            foreach (var offered in snapshot.Live.Where(l => l.Offered))
                for (var i = 0; i < offered.Count; i++)
                    TakeSlot(offered.Lane, offered.RequirementSet, offered.Host, offered.Needs, host: offered.Host is null);
        }

        public Wait? WhyNot(ReadyTask task)
        {
            if (!_snapshot.Lanes.TryGetValue(task.Lane, out var lane))
                return new(WaitCode.NoWorker, $"lane {task.Lane} does not exist");
            if (lane.Problem is not null)
                return new(WaitCode.LaneProblem, lane.Problem);
            if (lane.Breaker?.WhyNot(lane.Name, _snapshot.Now, _canaries.Contains(lane.Name)) is { } broken)
                return broken;
            if (task.Retry && _retries.GetValueOrDefault(lane.Name) >= lane.Budget.Room)
                return lane.Budget.Spent(lane.Name);
            if (_ledger.WhyNot(task.Lane, task.Board, PoolsOf(task), task.Place) is { } full)
                return full;

            if (lane.HoldsBeforeClose && BeforeClose.WhyNot(_snapshot, lane, task) is { } hold)
                return hold;
            var fitting = Fitting(task.Lane, task.RequirementSet, task.Host, task.Needs);
            if (!fitting.Any(w => w.TakesWork))
                return new(WaitCode.NoWorker, NobodyFits(task, lane, fitting));
            if (FreeSlot(task.Lane, fitting, place: task.Place) is not null)
                return null;
            if (FullHost(task, fitting) is { } host)
                return host;
            return _lookAhead.GetValueOrDefault((task.Lane, task.RequirementSet)) >= _snapshot.LookAhead ? NoSlot(task, fitting) : null;
        }

        public string? Never(ReadyTask task)
        {
            if (!_snapshot.Lanes.TryGetValue(task.Lane, out var lane))
                return null;
            foreach (var (pool, units) in PoolsOf(task))
                if (_snapshot.Caps.GetValueOrDefault(CapKey.Pool(pool)) is { Most: { } most, Source: not CapSource.Parked } && units > most)
                    return $"it draws {units} units of pool {pool}, which has {most}";
            var fitting = Fitting(task.Lane, task.RequirementSet, task.Host, task.Needs);
            return fitting.Count > 0 ? null : NobodyFits(task, lane, fitting);
        }

        public bool AnybodyFits(LiveRuns runs) => Fitting(runs.Lane, runs.RequirementSet, runs.Host, runs.Needs).Any(w => w.TakesWork);

        public IReadOnlyCollection<Reservation> Kept => _ledger.Kept;

        /// <summary>Keeps what it lacks, when it starves and nothing but room is missing.</summary>
        public void Keep(ReadyTask task, Wait wait)
        {
            if (HasReasonToKeep(task, wait))
                _ledger.Keep(task, DrawsOf(task), _snapshot.Now);
            else
                _ledger.Forget(task);
        }

        /// <summary>Frees what is kept for tasks that can do nothing with it any more, before anybody is held back for them.</summary>
        public void ForgetIdle()
        {
            var holders = _ledger.Kept.Select(r => r.Holder.Id).ToHashSet();
            if (holders.Count == 0)
                return;
            foreach (var task in _snapshot.Ready.Where(t => holders.Contains(t.Id)))
                if (WhyNot(task) is { } wait && !HasReasonToKeep(task, wait))
                    _ledger.Forget(task);
        }

        private bool HasReasonToKeep(ReadyTask task, Wait wait) =>
            wait.Code is not (WaitCode.BreakerOpen or WaitCode.RetryBudget) && _snapshot.Order.Starves(task.TurnAt, _snapshot.Now) && _snapshot.Lanes.GetValueOrDefault(task.Lane) is { Problem: null } lane
            && (!lane.HoldsBeforeClose || BeforeClose.WhyNot(_snapshot, lane, task) is null)
            && Fitting(task.Lane, task.RequirementSet, task.Host, task.Needs).Any(w => w.TakesWork)
            && _ledger.CouldEver(DrawsOf(task));

        /// <summary>Every cap that a run of it draws from, but for hosts that it does not ask for.</summary>
        private List<(CapKey Cap, int Units)> DrawsOf(ReadyTask task)
        {
            List<(CapKey, int)> draws = [(CapKey.Everything, 1), (CapKey.Lane(task.Lane), 1), (CapKey.Board(task.Board), 1), .. PoolsOf(task).Select(p => (CapKey.Pool(p.Key), p.Value))];
            if (task.Host is { } host)
                draws.Add((CapKey.Host(host), 1));
            return draws;
        }

        public void Take(ReadyTask task)
        {
            _ledger.Forget(task);
            if (_snapshot.Lanes[task.Lane].Breaker is not null)
                _canaries.Add(task.Lane);
            if (task.Retry)
                _retries[task.Lane] = _retries.GetValueOrDefault(task.Lane) + 1;
            _ledger.Take(task.Lane, task.Board, PoolsOf(task));
            TakeSlot(task.Lane, task.RequirementSet, task.Host, task.Needs, host: true, task.Place);
        }

        /// <summary>What a run of it draws: by its lane, and where it names a pool itself, by that.</summary>
        public IReadOnlyDictionary<string, int> PoolsOf(ReadyTask task)
        {
            if (!_pools.TryGetValue((task.Lane, task.Draws), out var pools))
                _pools[(task.Lane, task.Draws)] = pools = Draws.Join(_snapshot.Lanes.GetValueOrDefault(task.Lane)?.Pools ?? Draws.None, Draws.Read(task.Draws));
            return pools;
        }

        /// <summary>An offer may be claimed by any worker that fits. It counts for a slot of the plainest one, and so for a unit of that one's host.</summary>
        /// <param name="host">Whether the host's unit is to be drawn too.</param>
        private void TakeSlot(string lane, string set, string? asked, string needs, bool host, Place? place = null)
        {
            var worker = FreeSlot(lane, Fitting(lane, set, asked, needs), roomOnHost: host, place);
            if (worker is not null)
                _freeSlots[(worker.Id, lane)]--;
            else
                _lookAhead[(lane, set)] = _lookAhead.GetValueOrDefault((lane, set)) + 1;
            if (host && (worker?.Host ?? asked) is { } at)
                _ledger.Take(CapKey.Host(at), 1);
        }

        /// <summary>The plainest worker with a free slot on a host that is not full, so that those with rare capabilities stay free for who needs them.</summary>
        private FleetMember? FreeSlot(string lane, IReadOnlyList<FleetMember> fitting, bool roomOnHost = true, Place? place = null)
        {
            foreach (var worker in fitting)
                if (_freeSlots.GetValueOrDefault((worker.Id, lane)) > 0 && !(roomOnHost && _hostsAreCapped && _ledger.WhyNot(CapKey.Host(worker.Host), 1, place) is not null))
                    return worker;
            return null;
        }

        /// <summary>The host that has slots for it and no room; null when slots are what is missing.</summary>
        private Wait? FullHost(ReadyTask task, IReadOnlyList<FleetMember> fitting) => !_hostsAreCapped
            ? null
            : fitting.Where(w => w.Host == task.Host || _freeSlots.GetValueOrDefault((w.Id, task.Lane)) > 0)
                .Select(w => _ledger.WhyNot(CapKey.Host(w.Host), 1, task.Place)).FirstOrDefault(w => w is not null);

        /// <summary>Workers that could carry it out, draining ones included, plainest first.</summary>
        private IReadOnlyList<FleetMember> Fitting(string lane, string set, string? host, string needs)
        {
            if (_fitting.TryGetValue((lane, set), out var known))
                return known;
            var profile = _snapshot.Lanes.GetValueOrDefault(lane)?.Profile ?? "";
            var wanted = RequirementSet.Split(needs);
            return _fitting[(lane, set)] = [.. _snapshot.Workers
                .Where(w => Eligibility.Lacks(w, lane, profile, host, wanted) is null)
                .OrderBy(w => w.Capabilities.Count).ThenBy(w => w.Slots.Count).ThenBy(w => w.Id, StringComparer.Ordinal)];
        }

        private string NobodyFits(ReadyTask task, LaneRow lane, IReadOnlyList<FleetMember> fitting)
        {
            var wanted = RequirementSet.Split(task.Needs);
            var why = _snapshot.Workers
                .Select(w => Eligibility.Lacks(w, task.Lane, lane.Profile, task.Host, wanted))
                .GroupBy(lacks => lacks).Where(g => g.Key is not null)
                .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => task.Host is not null && g.Key == "host " + task.Host ? $"{g.Count()} on other hosts than {task.Host}" : $"{g.Count()} {(g.Count() == 1 ? "lacks" : "lack")} {g.Key}")
                .ToList();
            if (fitting.Count > 0)
            {
                var quiet = fitting.Count(w => w.Quiet);
                if (fitting.Count > quiet)
                    why.Add($"{fitting.Count - quiet} draining");
                if (quiet > 0)
                    why.Add($"{quiet} quiet");
            }
            return $"0 of {_snapshot.Workers.Count} workers fit{(why.Count == 0 ? "" : ": " + string.Join(", ", why))}";
        }

        private Wait NoSlot(ReadyTask task, IReadOnlyList<FleetMember> fitting)
        {
            // Said to all that wait behind the first: mostly the same.
            if (_noSlot.TryGetValue((task.Lane, task.RequirementSet), out var said))
                return said;
            var live = fitting.Where(w => w.TakesWork).ToList();
            var slots = live.Sum(w => w.Slots[task.Lane]);
            return _noSlot[(task.Lane, task.RequirementSet)] = new(WaitCode.NoSlot,
                $"{(slots == 1 ? "the 1 slot" : $"all {slots} slots")} of lane {task.Lane} on {string.Join(", ", live.Take(3).Select(w => w.Id))}{(live.Count > 3 ? $" and {live.Count - 3} more" : "")} {(slots == 1 ? "is" : "are")} taken");
        }
    }
}
