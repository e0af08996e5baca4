namespace Kanban.Bus.Contracts;

/// <summary>Person → board: replay what arrived lately against other caps. Nothing is changed.</summary>
/// <param name="Set">What is to be other: <c>pool.vllm-a</c>, <c>lane.batch</c>, <c>board.web</c>, <c>host.gpu-1</c> or <c>all</c> with a number of units or <c>none</c>;
/// with <c>.window</c> behind it, windows as caps take them, <c>;</c> between.</param>
/// <param name="SinceSeconds">How far back arrivals are taken from, 60 to 2,592,000 (30 days). Default a day.</param>
public sealed record Simulate(IReadOnlyDictionary<string, string>? Set = null, int? SinceSeconds = null);

/// <param name="Since">From when on arrivals were replayed.</param>
/// <param name="Runs">How many.</param>
/// <param name="Recorded">How long they waited in truth, by the workers and caps of then.</param>
/// <param name="Now">Replayed with the workers and caps of now.</param>
/// <param name="Proposed">Replayed with the workers of now and the caps that were asked about.</param>
/// <param name="Notes">What was left out or thought up, a sentence each.</param>
public sealed record SimulationView(DateTimeOffset Since, int Runs, WaitsView Recorded, ReplayView Now, ReplayView Proposed, IReadOnlyList<string> Notes);

public sealed record ReplayView(WaitsView Waits, IReadOnlyList<LaneReplayView> Lanes, IReadOnlyList<CapReplayView> Caps);

public sealed record LaneReplayView(string Lane, WaitsView Waits);

/// <summary>From ready to offered.</summary>
/// <param name="NeverStarted">What had not started a week after the last arrival.</param>
/// <param name="Starved">What waited longer than the time after which admission reserves for it (<c>Admission:ReserveAfter</c>), or for ever.</param>
public sealed record WaitsView(int Started, int NeverStarted, double? P50Seconds, double? P95Seconds, double? MaxSeconds, int Starved);

/// <param name="Limit">The most that it was meanwhile; null for no cap.</param>
/// <param name="Peak">Most units drawn at once.</param>
/// <param name="MeanUsed">Units drawn on average, over the time from the first arrival to the last end.</param>
/// <param name="FullPercent">Share of that time in which it was full.</param>
public sealed record CapReplayView(string Cap, int? Limit, int Peak, double MeanUsed, double FullPercent);
