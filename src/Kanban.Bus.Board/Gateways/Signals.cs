using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Gateways;

/// <summary>What one look at a gateway saw; null for what its probe does not tell.</summary>
public sealed record Signals
{
    /// <summary>Why the probe got no answer that says anything; null when it did.</summary>
    public string? Dead { get; init; }

    public double? Running { get; init; }
    public double? Waiting { get; init; }

    /// <summary>Share of the KV cache in use, 0 to 1.</summary>
    public double? CacheUse { get; init; }

    /// <summary>How long the gateway's answers take.</summary>
    public double? LatencyMs { get; init; }

    /// <summary>A Prometheus expression's.</summary>
    public double? Value { get; init; }

    /// <summary>Requests refused (429, 503) since the last look.</summary>
    public int Refused { get; init; }

    public int TimedOut { get; init; }

    /// <summary>How long runs waited for their requests since the last look, on average.</summary>
    public double? RunLatencyMs { get; init; }

    /// <summary>Units of the pool that live runs draw.</summary>
    public int Used { get; init; }

    /// <summary>Lines of the answer that could not be read.</summary>
    public int Unread { get; init; }

    /// <summary>Counters as the gateway tells them, from which the next look takes what came since.</summary>
    public Totals? Totals { get; init; }

    /// <summary>With what came since the look before, where the gateway only tells totals. One that was started anew counts from nothing.</summary>
    public Signals Since(Totals? before)
    {
        if (Totals is not { } now || before is null)
            return this;
        var requests = now.Requests - before.Requests;
        return this with
        {
            Refused = Refused + (int)Math.Clamp(now.Refused >= before.Refused ? now.Refused - before.Refused : now.Refused, 0, int.MaxValue),
            LatencyMs = LatencyMs ?? (requests > 0 && now.Seconds >= before.Seconds ? (now.Seconds - before.Seconds) * 1000 / requests : null),
        };
    }

    public SignalsView View() => new(Running, Waiting, CacheUse, LatencyMs, Value, Refused, TimedOut, RunLatencyMs, Used, Unread);
}

/// <param name="Refused">Requests refused since the gateway was started.</param>
/// <param name="Seconds">That its requests have taken, together.</param>
/// <param name="Requests">How many these were.</param>
public sealed record Totals(double Refused, double Seconds, double Requests);
