using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Kanban.Bus.Board.Windows;

/// <summary>Time zones by their IANA names, and what a time on a wall clock means in one.</summary>
public static class Zones
{
    /// <summary>Such as <c>Europe/Berlin</c> or <c>UTC</c>; offsets and abbreviations name no zone, since they know no daylight saving.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out TimeZoneInfo? zone)
    {
        zone = null;
        if (name is "UTC" or "Etc/UTC")
            zone = TimeZoneInfo.Utc;
        return zone is not null || name.Contains('/', StringComparison.Ordinal) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone);
    }

    /// <summary>The sentence for a name that is none, with the nearest one that is.</summary>
    public static string Unknown(string given) =>
        $"No time zone '{given}'.{Hosting.Nearest.Hint(given, TimeZoneInfo.GetSystemTimeZones().Select(z => z.Id))} A zone is named as in Europe/Berlin or UTC.";

    /// <summary>The moment at which a wall clock shows this time. In the night that skips it, the moment of the change; in the night that has it twice, the first.</summary>
    public static DateTimeOffset InstantOf(this TimeZoneInfo zone, DateTime local)
    {
        // Clocks change on whole minutes.
        while (zone.IsInvalidTime(local))
            local = local.AddMinutes(1);
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    /// <summary>For people who read it at <paramref name="now"/>: <c>22:00</c>, <c>Mon 22:00</c>, or with the date when that is a week and more away.</summary>
    public static string Clock(DateTimeOffset at, TimeZoneInfo zone, DateTimeOffset now)
    {
        var form = (at - now).TotalHours < 20 ? "HH:mm" : (at - now).TotalDays < 6 ? "ddd HH:mm" : "yyyy-MM-dd HH:mm";
        return TimeZoneInfo.ConvertTime(at, zone).ToString(form, CultureInfo.InvariantCulture);
    }
}
