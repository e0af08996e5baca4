namespace Kanban.Bus.Contracts;

/// <summary>How a gateway's load is seen.</summary>
public enum ProbeKind
{
    /// <summary>vLLM: <c>/metrics</c>, requests that run and wait, use of the KV cache.</summary>
    Vllm,

    /// <summary>llama.cpp's server: <c>/metrics</c>, or <c>/slots</c> where it has none.</summary>
    Llamacpp,

    /// <summary>Ollama: <c>/api/ps</c>, models in memory and how long the answer takes.</summary>
    Ollama,

    /// <summary>LiteLLM: <c>/metrics/</c>, requests in flight, refusals of the models behind it, latency.</summary>
    Litellm,

    /// <summary>An expression that a Prometheus is asked for.</summary>
    Prometheus,

    /// <summary>Any OpenAI-compatible endpoint: how long <c>/v1/models</c> takes, and how it is answered.</summary>
    Openai,

    /// <summary>Nothing is asked: what runs report of their requests is all there is.</summary>
    Runs,
}

/// <summary>What happened to the cap of a gateway.</summary>
public enum CapMoveKind
{
    Lowered,
    Raised,

    /// <summary>Its probe is dead: the cap stays where it is.</summary>
    Frozen,

    Thawed,
}

/// <summary>A gateway's probe and controller.</summary>
/// <param name="Key">Name of the board's environment variable that holds the key for the probe.</param>
/// <param name="OverloadAbove">Requests that wait, or the expression's value, from where on it is overloaded.</param>
/// <param name="HealthyBelow">At most so much of it is healthy; between the two the cap stays.</param>
/// <param name="Held">A person's cap holds until it is released.</param>
/// <param name="Cap">Where the controller stands.</param>
/// <param name="Stable">The last cap that stood a healthy and saturated stretch.</param>
/// <param name="Frozen">Why the cap does not move now; null when it does.</param>
/// <param name="AgeSeconds">Since the last probe; null before the first.</param>
/// <param name="Fault">Why the last probe failed.</param>
/// <param name="Moves">The last ones, newest first; only where one pool is shown.</param>
public sealed record GatewayView(
    ProbeKind Probe,
    string? Address,
    string? Key,
    string? Query,
    double? OverloadAbove,
    double? HealthyBelow,
    bool Held,
    int Cap,
    int? Stable,
    string? Frozen,
    DateTimeOffset? ProbedAt,
    double? AgeSeconds,
    string? Fault,
    SignalsView? Signals,
    IReadOnlyList<CapMoveView> Moves);

/// <summary>What one look at a gateway saw; null for what its probe does not tell.</summary>
/// <param name="Running">Requests it works on.</param>
/// <param name="Waiting">Requests in its queue.</param>
/// <param name="CacheUse">Share of the KV cache in use, 0 to 1.</param>
/// <param name="LatencyMs">How long its answers take.</param>
/// <param name="Value">The expression's.</param>
/// <param name="Refused">Requests it refused (429, 503) since the last look.</param>
/// <param name="TimedOut">Requests that timed out since then.</param>
/// <param name="RunLatencyMs">How long runs waited for their requests since then, on average.</param>
/// <param name="Used">Units of the pool that live runs drew.</param>
/// <param name="Unread">Lines of the answer that could not be read.</param>
public sealed record SignalsView(
    double? Running,
    double? Waiting,
    double? CacheUse,
    double? LatencyMs,
    double? Value,
    int Refused,
    int TimedOut,
    double? RunLatencyMs,
    int Used,
    int Unread);

public sealed record CapMoveView(DateTimeOffset At, CapMoveKind Kind, int From, int To, string Reason);
