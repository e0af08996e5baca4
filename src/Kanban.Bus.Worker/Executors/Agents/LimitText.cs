using System.Globalization;
using System.Text.RegularExpressions;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>What agents say in words of a provider's refusal: its status, and when its limit resets.</summary>
internal static partial class LimitText
{
    /// <summary>What is longer is no time to come back after, for the board as well.</summary>
    public const double MostSeconds = 1e9;

    /// <summary>HTTP statuses by which a provider says: not now.</summary>
    public static bool IsProviders(int status) => status is 408 or 429 or >= 500 and <= 599;

    /// <summary>Null when the text names none.</summary>
    public static int? StatusIn(string? text) =>
        Status().Match(text ?? "") is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;

    /// <summary>Whether the words alone say that a provider is overloaded, unreachable or at its limit.</summary>
    public static bool SaysProvider(string? text) => Provider().IsMatch(text ?? "");

    /// <summary>Seconds or milliseconds since 1970; null for what is no time of this century.</summary>
    public static DateTimeOffset? Instant(long number) => number switch
    {
        > 946_684_800 and < 4_102_444_800 => DateTimeOffset.FromUnixTimeSeconds(number),
        > 946_684_800_000 and < 4_102_444_800_000 => DateTimeOffset.FromUnixTimeMilliseconds(number),
        _ => null,
    };

    /// <summary>When to come back: as a time where one is told, or as seconds from now.</summary>
    /// <param name="now">The host's clock with its time zone: a time of day without one is meant there.</param>
    public static (DateTimeOffset? At, double? AfterSeconds) Reset(string? text, DateTimeOffset now)
    {
        if (text is null)
            return (null, null);
        if (Epoch().Match(text) is { Success: true } epoch && Instant(long.Parse(epoch.Groups[1].ValueSpan, CultureInfo.InvariantCulture)) is { } at)
            return (at, null);
        if (Iso().Match(text) is { Success: true } iso && DateTimeOffset.TryParse(iso.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var said))
            return (said, null);
        if (Wait().Match(text) is { Success: true } wait && Seconds(wait.Groups["lengths"].Value) is > 0 and < MostSeconds and var seconds)
            return (null, seconds);
        if (DayAndTime().Match(text) is { Success: true } date
            && DateTime.TryParseExact($"{date.Groups["month"].ValueSpan[..3]} {date.Groups["day"].Value} {date.Groups["year"].Value} {date.Groups["time"].Value.Replace(" ", "", StringComparison.Ordinal)}",
                "MMM d yyyy h:mmtt", CultureInfo.InvariantCulture, DateTimeStyles.None, out var there))
            return (new DateTimeOffset(there, now.Offset), null);
        return TimeOfDay().Match(text) is { Success: true } day ? (NextAt(day, now), null) : (null, null);
    }

    private static double Seconds(string lengths)
    {
        var total = 0.0;
        foreach (Match part in Length().Matches(lengths))
        {
            var unit = part.Groups[2].Value.ToLowerInvariant();
            total += double.Parse(part.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
                * (unit.StartsWith("ms", StringComparison.Ordinal) ? 0.001 : unit switch { [] => 1, ['d', ..] => 86_400, ['h', ..] => 3_600, ['m', ..] => 60, _ => 1 });
        }
        return total;
    }

    private static DateTimeOffset? NextAt(Match day, DateTimeOffset now)
    {
        var hour = int.Parse(day.Groups["hour"].ValueSpan, CultureInfo.InvariantCulture);
        var minute = day.Groups["minute"].Success ? int.Parse(day.Groups["minute"].ValueSpan, CultureInfo.InvariantCulture) : 0;
        var half = day.Groups["half"].Value.ToLowerInvariant();
        if (hour > 23 || minute > 59 || (half.Length > 0 && hour is 0 or > 12))
            return null;
        hour = half switch { "pm" when hour < 12 => hour + 12, "am" when hour == 12 => 0, _ => hour };
        var zone = day.Groups["zone"].Success && TimeZoneInfo.TryFindSystemTimeZoneById(day.Groups["zone"].Value, out var named) ? named : null;
        var there = zone is null ? now : TimeZoneInfo.ConvertTime(now, zone);
        var next = there.Date.AddHours(hour).AddMinutes(minute);
        if (next <= there.DateTime)
            next = next.AddDays(1);
        return new DateTimeOffset(next, zone?.GetUtcOffset(next) ?? now.Offset);
    }

    // [0-9] where a number is read of it: \d is a digit of any script.
    [GeneratedRegex(@"(?:(?:status(?: code)?|HTTP|API Error)[:\s]*|^)([0-9]{3})\b", RegexOptions.IgnoreCase)]
    private static partial Regex Status();

    [GeneratedRegex(@"overloaded|high demand|temporary error|rate.?limit|too many requests|usage limit|quota|hit your .{0,20}limit|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|connection (?:refused|reset|error)|service unavailable|bad gateway|stream disconnected|error sending request", RegexOptions.IgnoreCase)]
    private static partial Regex Provider();

    [GeneratedRegex(@"(?:\||reset\w*\W{1,3}(?:at\W)?)([0-9]{10}|[0-9]{13})\b", RegexOptions.IgnoreCase)]
    private static partial Regex Epoch();

    [GeneratedRegex(@"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")]
    private static partial Regex Iso();

    [GeneratedRegex(@"(?:try again|retry|resets?|wait)\W{0,3}(?:again\s)?(?:after|in|for)?\W{0,3}(?<lengths>(?:[0-9]+(?:\.[0-9]+)?\s*(?:days?|hours?|hrs?|minutes?|mins?|milliseconds|ms|seconds?|secs?|d|h|m|s)\b[\s,]*(?:and\s)?)+)", RegexOptions.IgnoreCase)]
    private static partial Regex Wait();

    [GeneratedRegex(@"([0-9]+(?:\.[0-9]+)?)\s*(milliseconds|ms|d|h|m|s)?", RegexOptions.IgnoreCase)]
    private static partial Regex Length();

    [GeneratedRegex(@"(?:resets?|try again|available again)\s+(?:at\s+|on\s+)?(?<month>[A-Z][a-z]{2,8})\.?\s+(?<day>[0-9]{1,2})(?:st|nd|rd|th)?,?\s+(?<year>20[0-9][0-9]),?\s+(?:at\s+)?(?<time>[0-9]{1,2}:[0-9]{2}\s*[ap]m)\b", RegexOptions.IgnoreCase)]
    private static partial Regex DayAndTime();

    [GeneratedRegex(@"(?:resets?|try again|available again)\s+(?:at\s+)?(?<hour>[0-9]{1,2})(?::(?<minute>[0-9]{2}))?\s*(?<half>am|pm)?\b(?:\s*\((?<zone>[A-Za-z_]+(?:/[A-Za-z_]+)*)\))?", RegexOptions.IgnoreCase)]
    private static partial Regex TimeOfDay();
}
