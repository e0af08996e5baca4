using System.Globalization;
using System.Text.RegularExpressions;

namespace Kanban.Bus.Cli;

/// <summary>Lengths and points of time as people type and read them.</summary>
internal static partial class Times
{
    /// <returns>Null when it is none.</returns>
    public static TimeSpan? Length(string text)
    {
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < TimeSpan.MaxValue.TotalSeconds / 2)
            return TimeSpan.FromSeconds(seconds);
        var match = Parts.Match(text);
        if (!match.Success || text.Length == 0)
            return null;
        return new TimeSpan(Part("d"), Part("h"), Part("m"), Part("s"));

        int Part(string name) => match.Groups[name].Success ? int.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>An instant (<c>2026-05-01T08:00Z</c>; without a zone it is local time) or a length from now (<c>+15m</c>).</summary>
    /// <returns>Null when it is neither.</returns>
    public static DateTimeOffset? Instant(string text, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        if (text.StartsWith('+'))
            return Length(text[1..]) is { } length && length < DateTimeOffset.MaxValue - now ? now + length : null;
        // Left to itself, the parser takes 1.5 for the fifth of January.
        return Date.IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var instant) ? instant : null;
    }

    /// <summary>Whole seconds, as the API has them.</summary>
    /// <returns>Null when it is no length, or too long or too finely told to be one.</returns>
    public static int? Seconds(string text) =>
        Length(text) is { TotalSeconds: <= int.MaxValue } length && length.Ticks % TimeSpan.TicksPerSecond == 0 ? (int)length.TotalSeconds : null;

    /// <summary>A length as a person reads it, nothing rounded: <c>2 min</c>, <c>1 h 30 min</c>, <c>0.5 s</c>.</summary>
    public static string Text(double seconds)
    {
        var length = TimeSpan.FromSeconds(seconds);
        (double Count, string Unit)[] parts =
        [
            (length.Days, "d"), (length.Hours, "h"), (length.Minutes, "min"), (length.Seconds + length.Milliseconds / 1_000.0, "s"),
        ];
        var words = parts.Where(part => part.Count != 0).Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Count:0.###} {part.Unit}"));
        return string.Join(' ', words.DefaultIfEmpty("0 s"));
    }

    /// <summary>One unit, rounded down: <c>42s</c>, <c>7m</c>, <c>3h</c>, <c>12d</c>.</summary>
    public static string Age(DateTimeOffset since, TimeProvider clock) => (clock.GetUtcNow() - since) switch
    {
        { TotalSeconds: < 1 } => "0s",
        { TotalMinutes: < 1 } age => $"{(int)age.TotalSeconds}s",
        { TotalHours: < 1 } age => $"{(int)age.TotalMinutes}m",
        { TotalDays: < 2 } age => $"{(int)age.TotalHours}h",
        var age => $"{(int)age.TotalDays}d",
    };

    /// <summary>On the clock of who reads it, to the minute.</summary>
    public static string Local(DateTimeOffset at) => at.LocalDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    public static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z|[+-]\d\d:\d\d)?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Date { get; }

    [GeneratedRegex(@"^((?<d>\d{1,5})d)?((?<h>\d{1,6})h)?((?<m>\d{1,7})m)?((?<s>\d{1,8})s)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Parts { get; }
}
