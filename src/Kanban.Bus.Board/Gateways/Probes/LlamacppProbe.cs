using System.Text.Json;

namespace Kanban.Bus.Board.Gateways.Probes;

/// <summary>llama.cpp's server: its metrics, which it has with <c>--metrics</c>; else its slots, which tell what is at work and no queue.</summary>
internal sealed class LlamacppProbe : Probe
{
    private const string Running = "llamacpp:requests_processing";
    private const string Waiting = "llamacpp:requests_deferred";
    private const string CacheUse = "llamacpp:kv_cache_usage_ratio";

    private static readonly HashSet<string> Names = [Running, Waiting, CacheUse];

    public override async Task<Signals> AskAsync(Gateway gateway, Ask ask)
    {
        var metrics = await ask("/metrics");
        return metrics.Status == 200 ? Read(metrics.Body) : ReadSlots(await BodyAsync(ask, "/slots"));
    }

    internal static Signals Read(string text)
    {
        var metrics = PrometheusText.Read(text, Names);
        if (metrics.Sum(Waiting) is not { } waiting)
            throw new ProbeFailedException($"/metrics has no {Waiting}");
        return new Signals { Waiting = waiting, Running = metrics.Sum(Running), CacheUse = metrics.Max(CacheUse), Unread = metrics.Unread };
    }

    /// <summary>A slot is at work by <c>is_processing</c>, or in older servers by a <c>state</c> other than 0.</summary>
    internal static Signals ReadSlots(string text)
    {
        using var slots = Json(text, "/slots");
        if (slots.RootElement.ValueKind is not JsonValueKind.Array)
            throw new ProbeFailedException("/slots is no list");
        var (running, unread) = (0, 0);
        foreach (var slot in slots.RootElement.EnumerateArray())
            if (slot.ValueKind is JsonValueKind.Object && slot.TryGetProperty("is_processing", out var busy) && busy.ValueKind is JsonValueKind.True or JsonValueKind.False)
                running += busy.ValueKind is JsonValueKind.True ? 1 : 0;
            else if (slot.ValueKind is JsonValueKind.Object && slot.TryGetProperty("state", out var state) && state.ValueKind is JsonValueKind.Number)
                running += state.GetDouble() != 0 ? 1 : 0;
            else
                unread++;
        return new Signals { Running = running, Unread = unread };
    }
}
