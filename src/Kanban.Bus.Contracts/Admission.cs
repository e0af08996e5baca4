namespace Kanban.Bus.Contracts;

/// <summary>Person → board: make one pass of admission now, through the same gate as every other.</summary>
/// <param name="Max">Most tasks to start, 1 to 1,000; null for as many as the caps and slots allow in one pass.</param>
/// <param name="DryRun">Only say what would start, and start nothing.</param>
public sealed record Dispatch(int? Max = null, bool DryRun = false);

/// <param name="DryRun">Nothing was started.</param>
/// <param name="Starts">Offered now, or what would be, first the one to start first.</param>
/// <param name="More">Another pass would start more at once.</param>
/// <param name="Waits">What is ready and does not start, lane by lane.</param>
public sealed record DispatchView(bool DryRun, IReadOnlyList<StartView> Starts, bool More, IReadOnlyList<LaneWaitView> Waits);

/// <param name="Draws">Units of pools that its run draws.</param>
public sealed record StartView(string Task, string Lane, string Board, string? Host, IReadOnlyDictionary<string, int> Draws);

/// <param name="Ready">How many tasks of the lane are ready and do not start.</param>
/// <param name="First">The first of them in line.</param>
/// <param name="Reason">Why that one waits.</param>
public sealed record LaneWaitView(string Lane, int Ready, string First, string Reason);
