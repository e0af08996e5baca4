using System.ComponentModel.DataAnnotations;

namespace Kanban.Bus.Board.Gateways;

/// <summary>How gateways are probed, and how their caps are moved.</summary>
public sealed class GatewayOptions
{
    public const string Section = "Gateway";

    /// <summary>From one probe of a gateway to the next. Default 2 s; 50 ms to 5 min.</summary>
    /// <remarks>Shorter sees an overload earlier; it takes two looks in a row to believe one.</remarks>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:05:00")]
    public TimeSpan ProbeEvery { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a probe may take. Default 2 s; 50 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a gateway must be healthy and the pool drawn before its cap rises by one. Default 10 s; 50 ms to 1 h.</summary>
    /// <remarks>Shorter finds the capacity sooner and passes it more often. Back towards a cap that once stood, and until the first overload, it takes a quarter.</remarks>
    [Range(typeof(TimeSpan), "00:00:00.05", "01:00:00")]
    public TimeSpan HealthyFor { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>No cap moves again so soon after a move: the gateway must show what came of it. Default 5 s; 0 to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan CoolDown { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A KV cache fuller than this many percent is an overload; ten less is healthy. Default 95; 20 to 100.</summary>
    [Range(20, 100)]
    public int CachePercent { get; set; } = 95;

    /// <summary>Answers that take so many times as long as usual are an overload. Default 3; 2 to 100.</summary>
    [Range(2, 100)]
    public int LatencyTimes { get; set; } = 3;

    /// <summary>Probes in a row that fail before the cap is frozen. Default 3; 1 to 100.</summary>
    [Range(1, 100)]
    public int DeadAfter { get; set; } = 3;
}
