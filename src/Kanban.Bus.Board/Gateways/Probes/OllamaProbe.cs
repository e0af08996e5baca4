using System.Text.Json;

namespace Kanban.Bus.Board.Gateways.Probes;

/// <summary>Ollama's <c>/api/ps</c>. It tells neither queue nor load: what is seen is that it answers, and how fast.</summary>
internal sealed class OllamaProbe : Probe
{
    public override bool MeasuresLatency => true;

    public override async Task<Signals> AskAsync(Gateway gateway, Ask ask)
    {
        var answer = await ask("/api/ps");
        return answer.Status switch
        {
            429 or 503 => new Signals { Refused = 1, LatencyMs = answer.Ms },
            200 => Read(answer.Body) with { LatencyMs = answer.Ms },
            _ => throw new ProbeFailedException($"GET /api/ps was answered {answer.Status}"),
        };
    }

    internal static Signals Read(string text)
    {
        using var json = Json(text, "/api/ps");
        if (json.RootElement.ValueKind is not JsonValueKind.Object || !json.RootElement.TryGetProperty("models", out var models) || models.ValueKind is not JsonValueKind.Array)
            throw new ProbeFailedException("/api/ps names no models");
        return new Signals { Unread = models.EnumerateArray().Count(m => m.ValueKind is not JsonValueKind.Object || !m.TryGetProperty("name", out _)) };
    }
}
