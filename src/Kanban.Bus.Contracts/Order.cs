namespace Kanban.Bus.Contracts;

/// <summary>By what admission orders ready tasks, what it keeps for whom, and how long it took lately.</summary>
/// <param name="AgeingStepSeconds">What one point of priority is worth in waiting.</param>
/// <param name="FairBetween"><c>board</c>, <c>creator</c>, <c>label:PREFIX</c> or <c>none</c>: between whose tasks turns within one step are shared out.</param>
/// <param name="ReserveAfterSeconds">How long past its turn a task that does not fit is passed by others.</param>
/// <param name="Shares">Every key that has live runs or a weight.</param>
public sealed record OrderView(
    double AgeingStepSeconds, string FairBetween, double ReserveAfterSeconds, IReadOnlyList<ShareView> Shares, IReadOnlyList<ReservationView> Reservations, PassesView Passes);

/// <param name="Key">A board's key, a creator, or a label.</param>
/// <param name="Weight">What its live runs are divided by; the least quotient goes next. Default 1.</param>
public sealed record ShareView(string Key, int Weight, int Active);

/// <summary>Units of a cap that are kept, as they become free, for the task that has starved for them the longest.</summary>
/// <param name="Cap">As in <c>lane codex</c>, <c>pool vllm-a</c>.</param>
public sealed record ReservationView(string Cap, string TaskKey, int Units, DateTimeOffset Since);

/// <summary>The last passes of the replica that answers, at most a thousand.</summary>
public sealed record PassesView(int Count, double MedianMs, double P99Ms, double LongestMs);

/// <summary>Person → board, JSON merge patch.</summary>
/// <param name="Weights">By key, 1 to 1,000; <c>null</c> is 1 again, and for all of them when it stands for the whole.</param>
/// <param name="Reason">Why; kept in the history.</param>
public sealed record EditOrder(IReadOnlyDictionary<string, int?>? Weights = null, string? Reason = null);
