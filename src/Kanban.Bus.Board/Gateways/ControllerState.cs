using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Gateways;

/// <summary>What the controller of one gateway knows from one look to the next.</summary>
/// <param name="Cap">Units that may be drawn.</param>
/// <param name="Stable">The last cap that stood a healthy and saturated stretch; less after an overload that came at it.</param>
/// <param name="MovedAt">Last move, by the database's clock.</param>
/// <param name="CalmSince">Since when every look was healthy and the pool drawn.</param>
/// <param name="Overloads">Looks in a row that saw an overload.</param>
/// <param name="Overshoots">Times in a row that a cap beyond the stable one did not stand.</param>
/// <param name="Baseline">How long the gateway's answers usually take, in ms.</param>
/// <param name="RunBaseline">The same for the requests of runs.</param>
/// <param name="Misses">Probes in a row that failed.</param>
/// <param name="Frozen">Why the cap does not move; null when it may.</param>
/// <param name="Failed">The cap at which an overload came last; null while none has come, and the limit is still being looked for.</param>
public sealed record ControllerState(
    int Cap,
    int? Stable = null,
    DateTimeOffset? MovedAt = null,
    DateTimeOffset? CalmSince = null,
    int Overloads = 0,
    int Overshoots = 0,
    double? Baseline = null,
    double? RunBaseline = null,
    int Misses = 0,
    string? Frozen = null,
    int? Failed = null);

/// <summary>What became of a cap, and why, in words.</summary>
public sealed record CapMove(CapMoveKind Kind, int From, int To, string Reason);

/// <summary>Between which bounds a cap moves, and by which rules.</summary>
/// <param name="OverloadAbove">Waiting requests, or an expression's value, beyond which a gateway is overloaded.</param>
/// <param name="HealthyBelow">Up to which it is healthy.</param>
public sealed record Tuning(int Floor, int Ceiling, double OverloadAbove, double HealthyBelow, GatewayOptions Options);
