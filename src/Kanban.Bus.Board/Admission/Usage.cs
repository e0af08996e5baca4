namespace Kanban.Bus.Board.Admission;

/// <summary>Every cap with what live runs draw of it, for people to look at.</summary>
public sealed class Usage(Snapshot snapshot)
{
    private readonly Ledger _all = new(snapshot);
    private readonly Ledger _offered = new(snapshot with { Live = [.. snapshot.Live.Where(l => l.Offered)] });

    /// <summary>The database's clock when it was read.</summary>
    public DateTimeOffset Now => snapshot.Now;

    public int Used(CapKey cap) => _all.Used(cap);

    /// <summary>Those of them that unclaimed offers draw.</summary>
    public int Offered(CapKey cap) => _offered.Used(cap);

    public Cap CapOf(CapKey key) => snapshot.Caps.GetValueOrDefault(key) ?? new Cap(key, null);

    /// <summary>The cap that lets no more of a lane's work start, whatever its board; null when none does.</summary>
    public Wait? Binds(string lane) => snapshot.Lanes.TryGetValue(lane, out var row) ? _all.WhyNot(lane, null, row.Pools) : null;
}
