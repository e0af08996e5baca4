using System.Globalization;
using System.Text.Json;

namespace Kanban.Bus.Board.Gateways.Probes;

/// <summary>An expression that a Prometheus is asked for: the largest of its values counts.</summary>
internal sealed class PrometheusProbe : Probe
{
    public override async Task<Signals> AskAsync(Gateway gateway, Ask ask)
    {
        var answer = await ask("/api/v1/query?query=" + Uri.EscapeDataString(gateway.Query ?? ""));
        return answer.Status is 200 or 400 or 422 ? Read(answer.Body) : throw new ProbeFailedException($"the query was answered {answer.Status}");
    }

    internal static Signals Read(string text)
    {
        using var json = Json(text, "the query");
        var root = json.RootElement;
        if (root.ValueKind is not JsonValueKind.Object)
            throw new ProbeFailedException("the query was answered with no result");
        if (root.TryGetProperty("error", out var error))
            throw new ProbeFailedException($"the query was refused: {error}");
        if (!root.TryGetProperty("data", out var data) || data.ValueKind is not JsonValueKind.Object || !data.TryGetProperty("result", out var result) || result.ValueKind is not JsonValueKind.Array)
            throw new ProbeFailedException("the query was answered with no result");
        // A scalar is one pair of time and value, a vector a list of such pairs.
        List<double?> values = data.TryGetProperty("resultType", out var type) && type.ValueEquals("scalar")
            ? [Of(result)]
            : [.. result.EnumerateArray().Select(sample => sample.ValueKind is JsonValueKind.Object && sample.TryGetProperty("value", out var pair) ? Of(pair) : null)];
        return new Signals
        {
            Value = values.Max() ?? throw new ProbeFailedException("the query has no value: its result is empty"),
            Unread = values.Count(v => v is null),
        };
    }

    private static double? Of(JsonElement pair) =>
        pair.ValueKind is JsonValueKind.Array && pair.GetArrayLength() == 2 && pair[1].ValueKind is JsonValueKind.String
        && double.TryParse(pair[1].GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;
}
