namespace Kanban.Bus.Board.Windows;

/// <summary>What a cap is at any time, by its windows. Where several are open at once the lowest number holds; where some only open, it is closed outside of them all.</summary>
public sealed class CapWindows
{
    private const int EdgesLookedAt = 40;

    private readonly int? _configured;

    private CapWindows(IReadOnlyList<Window> all, int? configured) => (All, _configured) = (all, configured);

    public IReadOnlyList<Window> All { get; }

    /// <summary>The most it ever is; null for no cap.</summary>
    public int? Most => _configured is { } configured ? Math.Max(configured, All.Max(w => w.Units ?? 0)) : null;

    /// <param name="column">As <see cref="WindowRules"/> wrote it.</param>
    /// <param name="configured">The cap while no window says otherwise.</param>
    /// <returns>Null where there are none.</returns>
    public static CapWindows? Read(string column, int? configured) => column.Length == 0 ? null : new CapWindows(WindowRules.Of(column), configured);

    /// <summary>What it is at this moment, and until when.</summary>
    public WindowNow At(DateTimeOffset now)
    {
        var (limit, window) = LimitAt(now);
        var (until, by, next) = (now, (Window?)null, limit);
        for (var i = 0; i < EdgesLookedAt && next == limit; i++)
        {
            by = All.MinBy(w => w.At(until).Until)!;
            until = by.At(until).Until;
            next = LimitAt(until).Limit;
        }

        return new WindowNow(limit, window, now, next == limit ? null : until, next, by!.Zone);
    }

    /// <summary>The first moment within this time at which nothing more may be drawn; null when it stays open.</summary>
    public DateTimeOffset? ClosesAt(DateTimeOffset from, TimeSpan within)
    {
        var at = from;
        for (var i = 0; i < EdgesLookedAt; i++)
        {
            if (LimitAt(at).Limit is 0)
                return at;
            at = All.Min(w => w.At(at).Until);
            if (at >= from + within)
                return null;
        }

        return null;
    }

    /// <returns>The limit, and the window it comes from: null where it is as configured, or closed because none is open.</returns>
    private (int? Limit, Window? By) LimitAt(DateTimeOffset at)
    {
        var open = All.Where(w => w.At(at).Open).ToList();
        if (All.Any(w => w.Units is null) && open.TrueForAll(w => w.Units is not null))
            return (0, null);
        return open.Where(w => w.Units is not null).MinBy(w => w.Units) is { } lowest ? (lowest.Units, lowest) : (_configured, null);
    }
}

/// <summary>What a cap's windows make of it at one moment.</summary>
/// <param name="Limit">What holds now.</param>
/// <param name="By">The window that says so; null where the cap is as configured, or closed because no window is open.</param>
/// <param name="At">The moment.</param>
/// <param name="Until">When it becomes <paramref name="Next"/>; null when it stays.</param>
/// <param name="Zone">In which <paramref name="Until"/> is told.</param>
public sealed record WindowNow(int? Limit, Window? By, DateTimeOffset At, DateTimeOffset? Until, int? Next, TimeZoneInfo Zone)
{
    /// <summary>As in <c>until 22:00 (Europe/Berlin)</c>, with a space before; nothing when it stays.</summary>
    public string UntilText => Until is { } until ? $" until {Zones.Clock(until, Zone, At)} ({Zone.Id})" : "";

    /// <summary>As in <c> (2 until 18:00 Europe/Berlin)</c>, with a space before; nothing when it stays.</summary>
    public string WhileText => Until is { } until ? $" ({Limit} until {Zones.Clock(until, Zone, At)} {Zone.Id})" : "";
}
