using Kanban.Bus.Board.Gateways;
using Kanban.Bus.Board.Gateways.Probes;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Gateways;

/// <summary>What probes make of the answers of real gateways, and of nonsense.</summary>
public sealed class ProbeTests
{
    /// <summary>As vLLM writes them, shortened.</summary>
    private const string Vllm =
        """
        # HELP vllm:num_requests_running Number of requests in model execution batches.
        # TYPE vllm:num_requests_running gauge
        vllm:num_requests_running{engine="0",model_name="Qwen/Qwen3-8B"} 7.0
        vllm:num_requests_running{engine="1",model_name="Qwen/Qwen3-8B"} 5.0
        # TYPE vllm:num_requests_waiting gauge
        vllm:num_requests_waiting{engine="0",model_name="Qwen/Qwen3-8B"} 3.0
        vllm:num_requests_waiting{engine="1",model_name="Qwen/Qwen3-8B"} 1.0
        # TYPE vllm:kv_cache_usage_perc gauge
        vllm:kv_cache_usage_perc{engine="0",model_name="Qwen/Qwen3-8B"} 0.25
        vllm:kv_cache_usage_perc{engine="1",model_name="Qwen/Qwen3-8B"} 0.875
        vllm:e2e_request_latency_seconds_bucket{engine="0",le="+Inf",model_name="Qwen/Qwen3-8B"} 120.0
        process_resident_memory_bytes 5.1e+09 1780000000000
        """;

    [Fact]
    public async Task Vllm_engines_are_added_up_and_the_fullest_cache_counts()
    {
        var signals = await AskAsync(ProbeKind.Vllm, ("/metrics", 200, Vllm));

        Assert.Equal((12, 4, 0.875, 0), (signals.Running, signals.Waiting, signals.CacheUse, signals.Unread));
    }

    [Fact]
    public async Task The_cache_of_an_old_vllm_has_another_name()
    {
        var signals = await AskAsync(ProbeKind.Vllm, ("/metrics", 200, "vllm:num_requests_waiting 0\nvllm:gpu_cache_usage_perc{model_name=\"a\"} 0.5"));

        Assert.Equal((0, null, 0.5), (signals.Waiting, signals.Running, signals.CacheUse));
    }

    [Fact]
    public void Lines_that_are_nonsense_are_counted_and_passed_by()
    {
        var text = PrometheusText.Read(
            "a{l=\"}\\\"{\"} 2\n\nnonsense\na{never closed 1\na twelve\na NaN\na{x=\"1\"}\t3 1700000000\r\n=1\nb +Inf\n<html>", new HashSet<string> { "a", "b" });

        Assert.Equal((5, 5, null, 3), (text.Unread, text.Sum("a"), text.Sum("b"), text.Max("none", "a")));
        Assert.True(text.Of("a")[1].Has("x", "1"));
        Assert.False(text.Of("a")[1].Has("x", "2"));
    }

    [Theory]
    [InlineData(ProbeKind.Vllm, "/metrics", 404, "", "GET /metrics was answered 404")]
    [InlineData(ProbeKind.Vllm, "/metrics", 200, "<html>hello</html>", "/metrics has no vllm:num_requests_waiting")]
    [InlineData(ProbeKind.Openai, "/v1/models", 401, "", "GET /v1/models was answered 401")]
    [InlineData(ProbeKind.Llamacpp, "/slots", 200, "{}", "/slots is no list")]
    [InlineData(ProbeKind.Ollama, "/api/ps", 200, "[]", "/api/ps names no models")]
    [InlineData(ProbeKind.Ollama, "/api/ps", 404, "", "GET /api/ps was answered 404")]
    [InlineData(ProbeKind.Litellm, "/metrics/", 200, "", "/metrics/ has neither litellm_in_flight_requests nor litellm_llm_api_latency_metric_count: is the callback 'prometheus' on?")]
    [InlineData(ProbeKind.Prometheus, "/api/v1/query?query=sum%28x%29", 400, """{"status":"error","errorType":"bad_data","error":"parse error"}""", "the query was refused: parse error")]
    [InlineData(ProbeKind.Prometheus, "/api/v1/query?query=sum%28x%29", 200, """{"status":"success","data":{"resultType":"vector","result":[]}}""", "the query has no value: its result is empty")]
    [InlineData(ProbeKind.Prometheus, "/api/v1/query?query=sum%28x%29", 200, "[]", "the query was answered with no result")]
    public async Task An_answer_that_says_nothing_is_a_dead_probe(ProbeKind kind, string path, int status, string body, string why)
    {
        var error = await Assert.ThrowsAsync<ProbeFailedException>(() => AskAsync(kind, (path, status, body)));

        Assert.Equal(why, error.Message);
    }

    [Fact]
    public async Task Llamacpp_tells_by_its_metrics_and_without_them_by_its_slots()
    {
        var metrics = await AskAsync(ProbeKind.Llamacpp, ("/metrics", 200, "llamacpp:requests_processing 3\nllamacpp:requests_deferred 2\nllamacpp:kv_cache_usage_ratio 0.25"));
        var slots = await AskAsync(ProbeKind.Llamacpp, ("/metrics", 501, "{}"), ("/slots", 200, """[{"id":0,"is_processing":true},{"id":1,"is_processing":false},{"id":2,"state":1},7]"""));

        Assert.Equal((3, 2, 0.25), (metrics.Running, metrics.Waiting, metrics.CacheUse));
        Assert.Equal((2, null, 1), (slots.Running, slots.Waiting, slots.Unread));
    }

    [Fact]
    public async Task Ollama_tells_by_its_time_and_its_status()
    {
        var signals = await AskAsync(ProbeKind.Ollama, ("/api/ps", 200, """{"models":[{"name":"gemma3","size":6591830464,"size_vram":5333539264},{}]}"""));
        var full = await AskAsync(ProbeKind.Ollama, ("/api/ps", 503, "server busy"));

        Assert.Equal((7, 0, 1), (signals.LatencyMs, signals.Refused, signals.Unread));
        Assert.Equal(1, full.Refused);
    }

    [Fact]
    public async Task Litellm_tells_what_is_in_flight_and_totals_of_refusals_and_time()
    {
        var signals = await AskAsync(ProbeKind.Litellm, ("/metrics/", 200,
            """
            litellm_in_flight_requests 5
            litellm_deployment_failure_responses_total{exception_class="RateLimitError",exception_status="429",model_id="a"} 4
            litellm_deployment_failure_responses_total{exception_class="ServiceUnavailable", exception_status="503"} 1
            litellm_deployment_failure_responses_total{exception_class="BadRequestError",exception_status="400"} 9
            litellm_llm_api_latency_metric_sum{model="a"} 12.5
            litellm_llm_api_latency_metric_count{model="a"} 10
            """));

        Assert.Equal((5, new Totals(5, 12.5, 10)), (signals.Running, signals.Totals));
    }

    [Theory]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"3"]},{"metric":{},"value":[1,"7.5"]},{"metric":{},"value":[1,"NaN"]}]}}""", 7.5, 1)]
    [InlineData("""{"status":"success","data":{"resultType":"scalar","result":[1780000000,"2"]}}""", 2, 0)]
    public async Task A_prometheus_expression_has_the_largest_of_its_values(string body, double value, int unread)
    {
        var signals = await AskAsync(ProbeKind.Prometheus, ("/api/v1/query?query=sum%28x%29", 200, body));

        Assert.Equal((value, unread), (signals.Value, signals.Unread));
    }

    [Theory]
    [InlineData(200, 0)]
    [InlineData(429, 1)]
    [InlineData(503, 1)]
    public async Task A_plain_endpoint_tells_by_its_status_and_its_time(int status, int refused)
    {
        var signals = await AskAsync(ProbeKind.Openai, ("/v1/models", status, "{}"));

        Assert.Equal((refused, 7), (signals.Refused, signals.LatencyMs));
    }

    [Fact]
    public void Totals_count_from_the_look_before_and_from_nothing_after_a_restart()
    {
        var now = new Signals { Refused = 1, Totals = new(Refused: 5, Seconds: 30, Requests: 10) };

        Assert.Equal((1, null), (now.Since(null).Refused, now.Since(null).LatencyMs));
        Assert.Equal((4, 2000), (now.Since(new(2, 10, 0)).Refused, now.Since(new(2, 10, 0)).LatencyMs));
        Assert.Equal((6, null), (now.Since(new(9, 90, 70)).Refused, now.Since(new(9, 90, 70)).LatencyMs));
    }

    private static Task<Signals> AskAsync(ProbeKind kind, params (string Path, int Status, string Body)[] answers) => Probe.Of(kind).AskAsync(
        new Gateway { Pool = "g", Probe = kind, Address = "http://gpu-1", Query = "sum(x)" },
        path => Task.FromResult(answers.Where(a => a.Path == path).Select(a => new Answer(a.Status, a.Body, 7)).FirstOrDefault() ?? new Answer(404, "", 7)));
}
