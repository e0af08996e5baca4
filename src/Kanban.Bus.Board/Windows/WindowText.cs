using System.Globalization;
using System.Text.RegularExpressions;
using Kanban.Bus.Board.Schedules;

namespace Kanban.Bus.Board.Windows;

/// <summary>Windows as people write them: <c>mon-fri 08:00-18:00 Europe/Berlin = 2</c>, <c>22:00-06:00 Europe/Berlin</c>, <c>sat,sun 00:00-24:00 = closed</c>, <c>cron 0 22 * * mon-fri for 8h Europe/Berlin = 12</c>.</summary>
public static partial class WindowText
{
    public const int MaxUnits = 100_000;

    private const string Form = "A window reads 'mon-fri 08:00-18:00 Europe/Berlin = 2': days, hours, a time zone, and units or 'closed'. Without days it is every day, without a zone UTC, and without units the cap is as configured and closed outside. In place of days and hours it takes 'cron 0 22 * * mon-fri for 8h'";

    /// <returns>The window, or the sentence that says what is wrong with it.</returns>
    public static (Window? Window, string? Fault) Read(string text)
    {
        if (CronShape.Match(text.Trim()) is { Success: true } cron)
            return ReadCron(cron);
        var match = Shape.Match(text.Trim());
        if (!match.Success)
            return (null, $"{Form}; given was '{Tasks.TaskRules.Shown(text)}'.");
        var days = match.Groups["days"] is { Success: true, Value: var named } ? Days.Read(named.ToLowerInvariant()) : Days.All;
        if (days is null)
            return (null, $"Days are mon, tue, wed, thu, fri, sat and sun, as in 'mon-fri' or 'sat,sun'; given was '{match.Groups["days"].Value}'.");
        if (Time(match.Groups["from"].Value) is not { } from || from == Midnight || Time(match.Groups["to"].Value) is not { } to)
            return (null, $"Hours go from 00:00 to 24:00, as in '22:00-06:00'; given was '{match.Groups["from"].Value}-{match.Groups["to"].Value}'.");
        if (from == to)
            return (null, $"The window '{match.Groups["from"].Value}-{match.Groups["to"].Value}' is empty: it ends where it begins. A whole day is 00:00-24:00.");
        var name = ZoneOf(match);
        if (!Zones.TryFind(name, out var zone))
            return (null, Zones.Unknown(name));
        if (Units(match.Groups["units"]) is not { } units)
            return (null, NoUnits(match));
        if (days == Days.All && to - from == Midnight)
            return (null, "This window is always open: set the cap itself instead.");
        return (new DayWindow(days.Value, from, to == TimeSpan.Zero ? Midnight : to, zone, units < 0 ? null : units), null);
    }

    private static (Window? Window, string? Fault) ReadCron(Match match)
    {
        var template = string.Join(' ', match.Groups["cron"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var zone = ZoneOf(match);
        if (!Cron.TryRead(template, zone, out var cron, out var fault))
            return (null, fault.Detail);
        var length = TimeSpan.FromHours(Number(match.Groups["hours"])) + TimeSpan.FromMinutes(Number(match.Groups["minutes"]));
        if (length <= TimeSpan.Zero || length > CronWindow.MaxLength)
            return (null, $"A window is open for 1m to {CronWindow.MaxLength.TotalHours}h, as in 'for 8h' or 'for 1h30m'; given was '{match.Groups["length"].Value}'.");
        if (Units(match.Groups["units"]) is not { } units)
            return (null, NoUnits(match));
        return (new CronWindow(template, cron, length, cron.Zone, units < 0 ? null : units), null);
    }

    private static string ZoneOf(Match match) => match.Groups["zone"] is { Success: true, Value: var given } ? given : "UTC";

    private static string NoUnits(Match match) => $"Units of a window are 0 to {MaxUnits}, or 'closed'; given was '{match.Groups["units"].Value}'.";

    private static int Number(Group digits) => digits.Success ? int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture) : 0;

    private static TimeSpan Midnight => TimeSpan.FromHours(24);

    private static TimeSpan? Time(string text)
    {
        var parts = text.Split(':').Select(p => int.Parse(p, CultureInfo.InvariantCulture)).ToList();
        var time = new TimeSpan(parts[0], parts[1], 0);
        return parts[1] < 60 && time <= Midnight ? time : null;
    }

    /// <returns>−1 where none were given; null for what are none.</returns>
    private static int? Units(Group given) => given switch
    {
        { Success: false } => -1,
        { Value: "closed" } => 0,
        _ when int.TryParse(given.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var units) && units <= MaxUnits => units,
        _ => null,
    };

    [GeneratedRegex(@"^(?:(?<days>[A-Za-z][A-Za-z,-]*)\s+)?(?<from>\d{1,2}:\d\d)\s*-\s*(?<to>\d{1,2}:\d\d)(?:\s+(?<zone>[A-Za-z][A-Za-z0-9_+/-]*))?(?:\s*=\s*(?<units>[^\s;]+))?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Shape { get; }

    [GeneratedRegex(@"^cron\s+(?<cron>@[a-z]+|\S+(\s+\S+){4})\s+for\s+(?<length>((?<hours>\d{1,4})h)?((?<minutes>\d{1,4})m)?)(?:\s+(?<zone>[A-Za-z][A-Za-z0-9_+/-]*))?(?:\s*=\s*(?<units>[^\s;]+))?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex CronShape { get; }
}
