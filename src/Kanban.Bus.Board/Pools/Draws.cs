using System.Globalization;

namespace Kanban.Bus.Board.Pools;

/// <summary>Units by pool, as a column holds them: <c>acct-x=1,vllm-a=2</c>, by name; empty for none.</summary>
public static class Draws
{
    public const int MaxUnits = 1_000;
    public const int MaxPools = 16;

    public static readonly IReadOnlyDictionary<string, int> None = new SortedDictionary<string, int>(StringComparer.Ordinal);

    public static IReadOnlyDictionary<string, int> Read(string text)
    {
        if (text.Length == 0)
            return None;
        var draws = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var part in text.Split(','))
        {
            var sign = part.IndexOf('=', StringComparison.Ordinal);
            draws.Add(part[..sign], int.Parse(part.AsSpan(sign + 1), CultureInfo.InvariantCulture));
        }

        return draws;
    }

    public static string Write(IEnumerable<KeyValuePair<string, int>> draws) => string.Join(',',
        draws.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Key}={d.Value}")));

    /// <summary>What a merge patch makes of them: a number sets, null takes out, what is absent stays; null for all takes out all.</summary>
    public static string Patch(string text, IReadOnlyDictionary<string, int?>? patch)
    {
        if (patch is null)
            return "";
        var draws = new Dictionary<string, int>(Read(text));
        foreach (var (name, units) in patch)
            if (units is { } n)
                draws[name] = n;
            else
                draws.Remove(name);
        return Write(draws);
    }

    /// <summary>All of them together; where two name the same pool, the later one counts.</summary>
    public static IReadOnlyDictionary<string, int> Join(params IEnumerable<IReadOnlyDictionary<string, int>> all)
    {
        var draws = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var (name, units) in all.SelectMany(d => d))
            draws[name] = units;
        return draws;
    }
}
