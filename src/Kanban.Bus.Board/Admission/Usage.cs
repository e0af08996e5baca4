using Kanban.Bus.Board.Pools;

namespace Kanban.Bus.Board.Admission;

/// <summary>Every cap with what live runs draw of it, for people to look at.</summary>
public sealed class Usage(Snapshot snapshot)
{
    private readonly Ledger _all = new(snapshot);
    private readonly Ledger _offered = new(snapshot with { Live = [.. snapshot.Live.Where(l => l.Offered)] });

    public int Used(CapKey cap) => _all.Used(cap);

    /// <summary>Those of them that unclaimed offers draw.</summary>
    public int Offered(CapKey cap) => _offered.Used(cap);

    public Cap CapOf(Pool pool) => snapshot.Caps.GetValueOrDefault(pool.Key) ?? new Cap(pool.Key, null);
}
