using System.Globalization;

namespace Kanban.Bus.Board.Windows;

/// <summary>A stretch of time that comes again on certain days, on the wall clocks of a time zone, and what a cap is meanwhile.</summary>
/// <param name="Days">On which it begins, Monday first.</param>
/// <param name="To">Not after <paramref name="From"/>: on the day after. Up to 24:00.</param>
/// <param name="Units">The cap meanwhile, 0 for closed. Null: the cap as configured, and closed outside.</param>
public sealed record Window(Days Days, TimeSpan From, TimeSpan To, TimeZoneInfo Zone, int? Units)
{
    /// <summary>Longer than any such stretch can go on, and than any pause between two.</summary>
    private const int DaysAhead = 16;

    /// <returns>Whether it is open at this moment, and when that changes.</returns>
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
            end = to;
        }

        return (true, end ?? throw new InvalidOperationException($"The window {this} never opens."));
    }

    /// <summary>The stretches from two days before this moment on, in order.</summary>
    private IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Around(DateTimeOffset now)
    {
        var today = TimeZoneInfo.ConvertTime(now, Zone).Date;
        for (var day = today.AddDays(-2); day <= today.AddDays(DaysAhead); day = day.AddDays(1))
            if (Days.Has(day.DayOfWeek))
                yield return (Zone.InstantOf(day + From), Zone.InstantOf((To <= From ? day.AddDays(1) : day) + To));
    }

    /// <summary>Whether the two are open at the same times.</summary>
    public bool IsSameTimeAs(Window other) => this == other with { Units = Units };

    /// <summary>As it is stored and shown; <see cref="WindowText"/> reads it.</summary>
    public override string ToString() =>
        $"{(Days == Days.All ? "" : Days.Text + " ")}{Clock(From)}-{Clock(To)} {Zone.Id}{Units switch { null => "", 0 => " = closed", { } n => string.Create(CultureInfo.InvariantCulture, $" = {n}") }}";

    private static string Clock(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours:00}:{time.Minutes:00}");
}
