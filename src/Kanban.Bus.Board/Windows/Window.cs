using System.Globalization;

namespace Kanban.Bus.Board.Windows;

/// <summary>A stretch of time that comes again and again, on the wall clocks of a time zone, and what a cap is meanwhile.</summary>
/// <param name="Units">The cap meanwhile, 0 for closed. Null: the cap as configured, and closed outside.</param>
public abstract record Window(TimeZoneInfo Zone, int? Units)
{
    /// <returns>Whether it is open at this moment, and when that changes; at the earliest, where it stays open for very long.</returns>
    public (bool Open, DateTimeOffset Until) At(DateTimeOffset now)
    {
        DateTimeOffset? end = null;
        foreach (var (from, to) in Around(now))
        {
            if (to <= now || to <= from)
                continue;
            if (end is null && from > now)
                return (false, from);
            // One that begins where the last one ends goes on with it.
            if (from > (end ?? now))
                break;
            end = to > end || end is null ? to : end;
        }

        return (true, end ?? throw new InvalidOperationException($"The window {this} never opens."));
    }

    /// <summary>Whether the two are open at the same times.</summary>
    public bool IsSameTimeAs(Window other) => this == other with { Units = Units };

    /// <summary>As it is stored and shown; <see cref="WindowText"/> reads it.</summary>
    public sealed override string ToString() =>
        $"{Times} {Zone.Id}{Units switch { null => "", 0 => " = closed", { } n => string.Create(CultureInfo.InvariantCulture, $" = {n}") }}";

    /// <summary>When it is open, without its zone.</summary>
    protected abstract string Times { get; }

    /// <summary>The stretches that are not long over at this moment and some that follow, in order.</summary>
    protected abstract IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Around(DateTimeOffset now);
}

/// <summary>From one hour to another on certain days.</summary>
/// <param name="Days">On which it begins, Monday first.</param>
/// <param name="To">Not after <paramref name="From"/>: on the day after. Up to 24:00.</param>
public sealed record DayWindow(Days Days, TimeSpan From, TimeSpan To, TimeZoneInfo Zone, int? Units) : Window(Zone, Units)
{
    /// <summary>Longer than any such stretch can go on, and than any pause between two.</summary>
    private const int DaysAhead = 16;

    protected override string Times => $"{(Days == Days.All ? "" : Days.Text + " ")}{Clock(From)}-{Clock(To)}";

    /// <summary>From two days before this moment on.</summary>
    protected override IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Around(DateTimeOffset now)
    {
        var today = TimeZoneInfo.ConvertTime(now, Zone).Date;
        for (var day = today.AddDays(-2); day <= today.AddDays(DaysAhead); day = day.AddDays(1))
            if (Days.Has(day.DayOfWeek))
                yield return (Zone.InstantOf(day + From), Zone.InstantOf((To <= From ? day.AddDays(1) : day) + To));
    }

    private static string Clock(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours:00}:{time.Minutes:00}");
}
