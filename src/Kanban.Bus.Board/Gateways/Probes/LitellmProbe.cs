namespace Kanban.Bus.Board.Gateways.Probes;

/// <summary>LiteLLM's <c>/metrics/</c>: requests in flight, refusals by the models behind it, how long these take. It tells no queue.</summary>
internal sealed class LitellmProbe : Probe
{
    private const string InFlight = "litellm_in_flight_requests";
    private const string Failed = "litellm_deployment_failure_responses_total";
    private const string Seconds = "litellm_llm_api_latency_metric_sum";
    private const string Requests = "litellm_llm_api_latency_metric_count";

    private static readonly HashSet<string> Names = [InFlight, Failed, Seconds, Requests];

    // Without the slash at its end it is answered by a redirect.
    public override async Task<Signals> AskAsync(Gateway gateway, Ask ask) => Read(await BodyAsync(ask, "/metrics/"));

    internal static Signals Read(string text)
    {
        var metrics = PrometheusText.Read(text, Names);
        if (metrics.Sum(InFlight, Requests) is null)
            throw new ProbeFailedException($"/metrics/ has neither {InFlight} nor {Requests}: is the callback 'prometheus' on?");
        var refused = metrics.Of(Failed).Where(s => s.Has("exception_status", "429") || s.Has("exception_status", "503")).Sum(s => s.Value);
        return new Signals { Running = metrics.Sum(InFlight), Totals = new(refused, metrics.Sum(Seconds) ?? 0, metrics.Sum(Requests) ?? 0), Unread = metrics.Unread };
    }
}
