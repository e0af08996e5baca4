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

    /// <summary>Whether one capability meets one need: <c>cuda</c> by <c>cuda</c> or <c>cuda=12</c>, <c>repo=web</c> by itself, <c>mem&gt;=64</c> by <c>mem=128</c>, <c>codex&lt;1</c> by <c>codex=0.169.0</c>.</summary>
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
            ">=" => Compare(value, wanted) >= 0,
            "<=" => Compare(value, wanted) <= 0,
            ">" => Compare(value, wanted) > 0,
            _ => Compare(value, wanted) < 0,
        };
    }

    /// <summary>Whether this says what a task needs, rather than what a worker has.</summary>
    public static bool IsComparison(string capability) => Parse(capability).Sign is not ("" or "=");

    private static (string Name, string Sign, string Value) Parse(string capability)
    {
        var match = Parts().Match(capability);
        return (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value);
    }

    /// <summary>As versions are compared: part by part, numbers by value, a missing part as 0. What follows a hyphen comes before the same without it (<c>1.0-rc1</c> before <c>1.0</c>), and letters go by their order.</summary>
    private static int Compare(string left, string right)
    {
        var ((leftMain, leftRest), (rightMain, rightRest)) = (Cut(left), Cut(right));
        var main = CompareParts(leftMain, rightMain);
        if (main != 0)
            return main;
        return (leftRest, rightRest) switch
        {
            ("", "") => 0,
            ("", _) => 1,
            (_, "") => -1,
            _ => CompareParts(leftRest, rightRest),
        };
    }

    private static (string Main, string Suffix) Cut(string version) =>
        version.IndexOf('-', StringComparison.Ordinal) is >= 0 and var hyphen ? (version[..hyphen], version[(hyphen + 1)..]) : (version, "");

    private static int CompareParts(string left, string right)
    {
        var (a, b) = (left.Split('.'), right.Split('.'));
        for (var i = 0; i < Math.Max(a.Length, b.Length); i++)
        {
            var (x, y) = (i < a.Length ? a[i] : "0", i < b.Length ? b[i] : "0");
            var order = decimal.TryParse(x, NumberStyles.None, CultureInfo.InvariantCulture, out var m) && decimal.TryParse(y, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
                ? m.CompareTo(n)
                : string.CompareOrdinal(x, y);
            if (order != 0)
                return order;
        }
        return 0;
    }

    [GeneratedRegex("^([a-z0-9-]+)(>=|<=|=|<|>)?(.*)$")]
    private static partial Regex Parts();
}
