namespace Kanban.Bus.Board.Admission;

/// <summary>What of each cap is drawn, and by that what room is left. Derived from live runs and never stored, so that no death can leak a unit.</summary>
internal sealed class Ledger
{
    private readonly IReadOnlyDictionary<CapKey, Cap> _caps;
    private readonly Dictionary<CapKey, int> _used = [];

    public Ledger(Snapshot snapshot)
    {
        _caps = snapshot.Caps;
        foreach (var runs in snapshot.Live)
            Take(runs, runs.Count);
    }

    public int Used(CapKey key) => _used.GetValueOrDefault(key);

    /// <summary>Whether not one more unit may be drawn of it.</summary>
    public bool IsClosed(CapKey key) => WhyNot(key, 1) is not null;

    /// <summary>The first cap that binds; null when a run can draw all it needs. A host's is asked for by itself, see <see cref="Admit"/>.</summary>
    /// <param name="board">Null to leave boards aside.</param>
    public Wait? WhyNot(string lane, string? board, IReadOnlyDictionary<string, int> pools)
    {
        var wait = WhyNot(CapKey.Everything, 1) ?? WhyNot(CapKey.Lane(lane), 1) ?? (board is null ? null : WhyNot(CapKey.Board(board), 1));
        foreach (var (pool, units) in pools)
            wait ??= WhyNot(CapKey.Pool(pool), units);
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

    public Wait? WhyNot(CapKey key, int units) => _caps.GetValueOrDefault(key)?.WhyNot(Used(key), units);

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
