using System.Globalization;
using System.Text.RegularExpressions;

namespace Kanban.Bus.Board.Hosting;

/// <summary>Lengths of time as people write them: <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>1h</c>, <c>2d</c>, <c>1h30m</c>, or <c>00:00:30</c>.</summary>
public static partial class Durations
{
    public const string Allowed = "500ms, 30s, 5m, 1h or 00:00:30";

    private static readonly Dictionary<string, TimeSpan> Units = new(StringComparer.Ordinal)
    {
        ["ms"] = TimeSpan.FromMilliseconds(1),
        ["s"] = TimeSpan.FromSeconds(1),
        ["m"] = TimeSpan.FromMinutes(1),
        ["h"] = TimeSpan.FromHours(1),
        ["d"] = TimeSpan.FromDays(1),
    };

    /// <summary>False for everything else, a bare number included: it would not say its unit.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Contains(':'))
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration);

        var match = Parts().Match(text);
        if (!match.Success)
            return false;
        var total = 0.0;
        for (var i = 0; i < match.Groups["number"].Captures.Count; i++)
            total += double.Parse(match.Groups["number"].Captures[i].ValueSpan, CultureInfo.InvariantCulture) * Units[match.Groups["unit"].Captures[i].Value].TotalSeconds;
        if (total > TimeSpan.MaxValue.TotalSeconds / 2)
            return false;
        duration = TimeSpan.FromSeconds(total);
        return true;
    }

    /// <summary>In the largest unit that needs no fraction: <c>90s</c>, <c>1h</c>.</summary>
    public static string Write(TimeSpan duration)
    {
        var unit = Units.Reverse().FirstOrDefault(u => duration.Ticks % u.Value.Ticks == 0 && duration >= u.Value);
        return unit.Key is null
            ? duration.TotalMilliseconds.ToString(CultureInfo.InvariantCulture) + "ms"
            : (duration.Ticks / unit.Value.Ticks).ToString(CultureInfo.InvariantCulture) + unit.Key;
    }

    [GeneratedRegex(@"^(?:(?<number>\d{1,9}(?:\.\d{1,6})?)(?<unit>ms|s|m|h|d))+$", RegexOptions.CultureInvariant)]
    private static partial Regex Parts();
}
