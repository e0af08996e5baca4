using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Kanban.Bus.Board.Fleet;

/// <summary>What a task asks of its worker, and what a worker has.</summary>
public static partial class RequirementSet
{
    private const int Readable = 60;

    /// <summary>Host and capabilities as one word, safe in a queue's name: empty for none, readable where short, hashed where long.</summary>
    /// <param name="needs">Sorted capabilities, comma between them.</param>
    public static string Of(string? host, string needs)
    {
        var parts = new List<string>();
        if (host is not null)
            parts.Add("host=" + host);
        if (needs.Length > 0)
            parts.AddRange(needs.Split(','));
        var word = string.Join('+', parts);
        return word.Length <= Readable ? word : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(word)))[..16];
    }

    /// <summary>Sorted, without repeats, comma between them.</summary>
    public static string Normalize(IEnumerable<string>? capabilities) =>
        capabilities is null ? "" : string.Join(',', capabilities.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    public static string[] Split(string capabilities) => capabilities.Length == 0 ? [] : capabilities.Split(',');

    /// <summary>What of <paramref name="needs"/> these capabilities lack.</summary>
    public static IEnumerable<string> Lacking(IReadOnlyCollection<string> needs, IReadOnlyCollection<string> has) =>
        needs.Where(need => !has.Any(capability => Meets(capability, need)));

    /// <summary>Whether one capability meets one need: <c>cuda</c> by <c>cuda</c> or <c>cuda=12</c>, <c>repo=web</c> by itself, <c>mem&gt;=64</c> by <c>mem=128</c>.</summary>
    public static bool Meets(string capability, string need)
    {
        if (capability == need)
            return true;
        var (name, sign, wanted) = Parse(need);
        var (hasName, hasSign, value) = Parse(capability);
        if (name != hasName || hasSign is not "=")
            return false;
        return sign switch
        {
            "" => true,
            "=" => value == wanted,
            _ => Compare(value, wanted) >= 0,
        };
    }

    private static (string Name, string Sign, string Value) Parse(string capability)
    {
        var match = Parts().Match(capability);
        return (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value);
    }

    /// <summary>Numbers by value, versions (<c>1.10</c> after <c>1.9</c>) part by part, anything else by letters.</summary>
    private static int Compare(string left, string right)
    {
        if (decimal.TryParse(left, NumberStyles.Number, CultureInfo.InvariantCulture, out var a)
            && decimal.TryParse(right, NumberStyles.Number, CultureInfo.InvariantCulture, out var b)
            && left.Count(c => c == '.') <= 1 && right.Count(c => c == '.') <= 1 && !(left.Contains('.') && right.Contains('.')))
            return a.CompareTo(b);
        return Version.TryParse(left, out var v) && Version.TryParse(right, out var w) ? v.CompareTo(w) : string.CompareOrdinal(left, right);
    }

    [GeneratedRegex("^([a-z0-9-]+)(>=|=)?(.*)$")]
    private static partial Regex Parts();
}
