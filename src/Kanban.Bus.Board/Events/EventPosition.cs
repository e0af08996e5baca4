using System.Globalization;

namespace Kanban.Bus.Board.Events;

/// <summary>An event's place in the one order that every reader sees. As a cursor: <c>{tx}-{seq}</c>.</summary>
public readonly record struct EventPosition(long Tx, long Seq) : IComparable<EventPosition>
{
    public static EventPosition Of(BoardEvent row) => new(row.Tx, row.Seq);

    public static bool TryParse(string cursor, out EventPosition position)
    {
        position = default;
        var dash = cursor.IndexOf('-');
        if (dash < 0
            || !long.TryParse(cursor.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var tx)
            || !long.TryParse(cursor.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
            return false;
        position = new EventPosition(tx, seq);
        return true;
    }

    public int CompareTo(EventPosition other) => Tx != other.Tx ? Tx.CompareTo(other.Tx) : Seq.CompareTo(other.Seq);

    public static bool operator <(EventPosition left, EventPosition right) => left.CompareTo(right) < 0;
    public static bool operator >(EventPosition left, EventPosition right) => left.CompareTo(right) > 0;
    public static bool operator <=(EventPosition left, EventPosition right) => left.CompareTo(right) <= 0;
    public static bool operator >=(EventPosition left, EventPosition right) => left.CompareTo(right) >= 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Tx}-{Seq}");
}
