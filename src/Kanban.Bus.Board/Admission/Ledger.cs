using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Admission;

/// <summary>What of each cap is drawn, and by that what room is left. Derived from live runs and never stored, so that no death can leak a unit.</summary>
internal sealed class Ledger
{
    private readonly IReadOnlyDictionary<CapKey, Cap> _caps;
    private readonly Dictionary<CapKey, int> _used = [];
    private readonly Dictionary<CapKey, Reservation> _kept;

    public Ledger(Snapshot snapshot)
    {
        _caps = snapshot.Caps;
        _kept = snapshot.Order.Reservations.ToDictionary(r => r.Cap);
        foreach (var runs in snapshot.Live)
            Take(runs, runs.Count);
    }

    /// <summary>What is kept, and for whom.</summary>
    public IReadOnlyCollection<Reservation> Kept => _kept.Values;

    public int Used(CapKey key) => _used.GetValueOrDefault(key);

    /// <summary>Whether not one more unit may be drawn of it.</summary>
    public bool IsClosed(CapKey key) => WhyNot(key, 1) is not null;

    /// <summary>Units that may still be drawn of it, by those that nothing is kept from.</summary>
    public int Left(CapKey key) => _caps.GetValueOrDefault(key) is not { } cap ? int.MaxValue
        : cap.Paused ? 0
        : cap.Limit is { } limit ? Math.Max(0, limit - Used(key)) : int.MaxValue;

    /// <summary>The first cap that binds; null when a run can draw all it needs. A host's is asked for by itself, see <see cref="Admit"/>.</summary>
    /// <param name="board">Null to leave boards aside.</param>
    /// <param name="place">In line: what is kept for those before it is not there for it. Null to count what is kept for nobody.</param>
    public Wait? WhyNot(string lane, string? board, IReadOnlyDictionary<string, int> pools, Place? place = null)
    {
        var wait = WhyNot(CapKey.Everything, 1, place) ?? WhyNot(CapKey.Lane(lane), 1, place) ?? (board is null ? null : WhyNot(CapKey.Board(board), 1, place));
        foreach (var (pool, units) in pools)
            wait ??= WhyNot(CapKey.Pool(pool), units, place);
        return wait;
    }

    /// <summary>The cap that has been passed, or paused, since these offers were made; null when they may stay.</summary>
    public Wait? WhyNotKeep(LiveRuns offers)
    {
        var wait = WhyNot(CapKey.Everything, 0) ?? WhyNot(CapKey.Lane(offers.Lane), 0) ?? WhyNot(CapKey.Board(offers.Board), 0)
            ?? (offers.Host is null ? null : WhyNot(CapKey.Host(offers.Host), 0));
        foreach (var pool in offers.Pools.Keys)
            wait ??= WhyNot(CapKey.Pool(pool), 0);
        return wait;
    }

    public Wait? WhyNot(CapKey key, int units, Place? place = null)
    {
        if (_caps.GetValueOrDefault(key) is not { } cap)
            return IsGone(key) && units > 0 ? new(WaitCode.PoolCap, $"it draws {units} {(units == 1 ? "unit" : "units")} of pool {key.Name}, which is gone", key) : null;
        var kept = place is { } here && _kept.GetValueOrDefault(key) is { } reserved && reserved.Holder.IsBefore(here) ? reserved : null;
        return cap.WhyNot(Used(key), units) ?? (kept is null ? null : cap.WhyNot(Used(key), units, kept));
    }

    /// <summary>Whether all this can be drawn once every run has ended. Who could not start even then has nothing kept from others.</summary>
    public bool CouldEver(IReadOnlyList<(CapKey Cap, int Units)> draws) => draws.All(d => _caps.GetValueOrDefault(d.Cap) is { } cap ? cap.WhyNot(0, d.Units) is null : !IsGone(d.Cap));

    /// <summary>Everything else may be without a cap; what draws from a pool that was deleted must not go on without one.</summary>
    private bool IsGone(CapKey key) => key.Kind is CapKind.Pool && !_caps.ContainsKey(key);

    /// <summary>Keeps what a starving task lacks of these caps, and goes on keeping what it lacked before. Who comes first in line has a cap's reservation.</summary>
    /// <param name="draws">All that a run of it draws.</param>
    public void Keep(ReadyTask task, IReadOnlyList<(CapKey Cap, int Units)> draws, DateTimeOffset now)
    {
        Forget(task, except: draws);
        foreach (var (key, units) in draws)
        {
            var kept = _kept.GetValueOrDefault(key);
            var isMine = kept?.Holder.Id == task.Id;
            if (isMine || _caps.GetValueOrDefault(key)?.WhyNot(Used(key), units) is not null && !(kept?.Holder.IsBefore(task.Place) ?? false))
                _kept[key] = new(key, task.Key, task.Place, units, isMine ? kept!.Since : now);
        }
    }

    /// <summary>It has started, or has nothing to wait for: what was kept for it is free.</summary>
    public void Forget(ReadyTask task, IReadOnlyList<(CapKey Cap, int Units)>? except = null)
    {
        foreach (var mine in _kept.Values.Where(r => r.Holder.Id == task.Id && except?.Any(d => d.Cap == r.Cap) is not true).ToList())
            _kept.Remove(mine.Cap);
    }

    /// <summary>Draws for so many runs, all or nothing: ask first.</summary>
    public void Take(string lane, string board, IReadOnlyDictionary<string, int> pools, int runs = 1)
    {
        Take(CapKey.Everything, runs);
        Take(CapKey.Lane(lane), runs);
        Take(CapKey.Board(board), runs);
        foreach (var (pool, units) in pools)
            Take(CapKey.Pool(pool), units * runs);
    }

    /// <summary>Draws for runs that are live; of a host, where they hold it or ask for it.</summary>
    public void Take(LiveRuns live, int runs)
    {
        Take(live.Lane, live.Board, live.Pools, runs);
        if ((live.HeldOn ?? live.Host) is { } host)
            Take(CapKey.Host(host), runs);
    }

    public void Take(CapKey key, int units) => _used[key] = Used(key) + units;
}
