using System.Globalization;

namespace Kanban.Bus.Board.Gateways.Probes;

/// <summary>Metrics in Prometheus' text format, of which only some names are wanted. What can't be read is counted and passed by.</summary>
public sealed class PrometheusText
{
    private readonly Dictionary<string, List<Sample>> _samples;

    /// <param name="Labels">As in the text: <c>model="a",engine="0"</c>.</param>
    public sealed record Sample(string Labels, double Value)
    {
        public bool Has(string label, string value) => ("," + Labels.Replace(" ", "", StringComparison.Ordinal)).Contains($",{label}=\"{value}\"", StringComparison.Ordinal);
    }

    /// <summary>Lines that are no sample and no comment.</summary>
    public int Unread { get; private init; }

    public static PrometheusText Read(string text, IReadOnlySet<string> names)
    {
        var samples = new Dictionary<string, List<Sample>>(StringComparer.Ordinal);
        var unread = 0;
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            var line = raw.Trim();
            if (line.IsEmpty || line[0] == '#')
                continue;
            if (!TryRead(line, out var name, out var labels, out var value))
                unread++;
            else if (names.Contains(name.ToString()) && double.IsFinite(value))
                (samples.TryGetValue(name.ToString(), out var list) ? list : samples[name.ToString()] = []).Add(new(labels.ToString(), value));
        }

        return new PrometheusText(samples) { Unread = unread };
    }

    private PrometheusText(Dictionary<string, List<Sample>> samples) => _samples = samples;

    /// <summary>Null when none of the names is there; of several names, the first that is.</summary>
    public double? Sum(params IEnumerable<string> names) => First(names)?.Sum(s => s.Value);

    public double? Max(params IEnumerable<string> names) => First(names)?.Max(s => s.Value);

    public IReadOnlyList<Sample> Of(string name) => _samples.GetValueOrDefault(name) ?? [];

    private List<Sample>? First(IEnumerable<string> names) => names.Select(n => _samples.GetValueOrDefault(n)).FirstOrDefault(s => s is not null);

    private static bool TryRead(ReadOnlySpan<char> line, out ReadOnlySpan<char> name, out ReadOnlySpan<char> labels, out double value)
    {
        labels = default;
        value = 0;
        var end = line.IndexOfAny('{', ' ', '\t');
        name = end > 0 ? line[..end] : default;
        if (end <= 0)
            return false;
        var rest = line[end..];
        if (rest[0] == '{')
        {
            var close = Close(rest);
            if (close < 0)
                return false;
            labels = rest[1..close];
            rest = rest[(close + 1)..];
        }

        rest = rest.Trim();
        var number = rest.IndexOfAny(' ', '\t') is var space and > 0 ? rest[..space] : rest;
        value = number switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            "NaN" => double.NaN,
            _ => double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var read) ? read : double.MinValue,
        };
        return value != double.MinValue;
    }

    /// <summary>Where the labels end: a brace within a quoted value ends nothing.</summary>
    private static int Close(ReadOnlySpan<char> text)
    {
        var quoted = false;
        for (var i = 1; i < text.Length; i++)
            if (quoted && text[i] == '\\')
                i++;
            else if (text[i] == '"')
                quoted = !quoted;
            else if (text[i] == '}' && !quoted)
                return i;
        return -1;
    }
}
