using System.Globalization;

namespace Kanban.Bus.Board.Gateways;

/// <summary>What signals say of a gateway: overloaded, healthy, or between the two, where nothing is done (hysteresis).</summary>
/// <param name="Overload">Why it is overloaded, in words; null when it is not.</param>
/// <param name="Sure">One look is enough to believe it: requests failed already.</param>
/// <param name="Keep">The share of what is drawn that an overload leaves.</param>
public sealed record Load(string? Overload, bool Sure, bool Healthy, double Keep = Load.Half)
{
    private const double Half = 0.5;

    /// <summary>Latencies that differ by less are noise, whatever their ratio.</summary>
    private const double NoiseMs = 100;

    private const double CacheMargin = 0.1;

    public static Load Of(Signals signals, ControllerState state, Tuning tuning)
    {
        if (signals.Refused > 0)
            return new($"{Count(signals.Refused, "request was", "requests were")} refused (429 or 503)", Sure: true, Healthy: false);
        if (signals.TimedOut > 0)
            return new($"{Count(signals.TimedOut, "request", "requests")} timed out", Sure: true, Healthy: false);
        var cacheFull = tuning.Options.CachePercent / 100.0;
        var times = tuning.Options.LatencyTimes;
        var overload = signals switch
        {
            { Waiting: { } waiting } when waiting > tuning.OverloadAbove => Text($"{waiting:0} requests wait"),
            { Value: { } value } when value > tuning.OverloadAbove => Text($"the expression is {value:0.##}, above {tuning.OverloadAbove:0.##}"),
            { CacheUse: { } use } when use > cacheFull => Text($"the KV cache is {use * 100:0} % full"),
            _ => Slow("its answers take", signals.LatencyMs, state.Baseline, times) ?? Slow("requests of runs take", signals.RunLatencyMs, state.RunBaseline, times),
        };
        var healthy = overload is null
            && !(signals.Waiting > tuning.HealthyBelow) && !(signals.Value > tuning.HealthyBelow) && !(signals.CacheUse > cacheFull - CacheMargin)
            && Slow("", signals.LatencyMs, state.Baseline, (1 + times) / 2.0) is null && Slow("", signals.RunLatencyMs, state.RunBaseline, (1 + times) / 2.0) is null;
        return new(overload, Sure: false, healthy, signals is { Running: { } running, Waiting: > 0 and var queue } && queue > tuning.OverloadAbove ? Math.Max(Half, running / (running + queue)) : Half);
    }

    private static string? Slow(string what, double? latency, double? usual, double times) =>
        latency > usual * times && latency > usual + NoiseMs ? Text($"{what} {latency:0} ms, usually {usual:0}") : null;

    private static string Count(int count, string one, string many) => count == 1 ? $"a {one}" : Text($"{count} {many}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
