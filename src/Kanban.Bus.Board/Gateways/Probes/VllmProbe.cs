namespace Kanban.Bus.Board.Gateways.Probes;

/// <summary>vLLM's <c>/metrics</c>, of old and new engines; one process may have several engines.</summary>
internal sealed class VllmProbe : Probe
{
    private const string Running = "vllm:num_requests_running";
    private const string Waiting = "vllm:num_requests_waiting";
    private const string CacheUse = "vllm:kv_cache_usage_perc";
    private const string OldCacheUse = "vllm:gpu_cache_usage_perc";

    private static readonly HashSet<string> Names = [Running, Waiting, CacheUse, OldCacheUse];

    public override async Task<Signals> AskAsync(Gateway gateway, Ask ask) => Read(await BodyAsync(ask, "/metrics"));

    internal static Signals Read(string text)
    {
        var metrics = PrometheusText.Read(text, Names);
        if (metrics.Sum(Waiting) is not { } waiting)
            throw new ProbeFailedException($"/metrics has no {Waiting}");
        return new Signals { Waiting = waiting, Running = metrics.Sum(Running), CacheUse = metrics.Max(CacheUse, OldCacheUse), Unread = metrics.Unread };
    }
}
