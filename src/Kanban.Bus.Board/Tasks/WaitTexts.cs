using System.Globalization;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Tasks;

/// <summary>What holds a task, as far as its own row, its parents and its lane tell.</summary>
/// <param name="Parents">Of the parents that are not done, some of the first, failed and cancelled ones before the others.</param>
/// <param name="ParentsHolding">How many parents are not done.</param>
/// <param name="LanePaused">Whether its lane is paused.</param>
/// <param name="LanePausedReason">Why, where a person said so.</param>
public sealed record WaitFacts(IReadOnlyList<HoldingParent> Parents, int ParentsHolding, bool LanePaused, string? LanePausedReason);

public sealed record HoldingParent(string Key, Status Status);

/// <summary>Why a task has not started, in a few words for lists. <c>kanban task why</c> has the numbers.</summary>
public static class WaitTexts
{
    private const int Named = 3;

    /// <returns>Null for a task that runs or has ended.</returns>
    public static string? Of(KanbanTask task, WaitFacts facts) => task switch
    {
        { HasEnded: true } or { Status: Status.Running } => null,
        { Archived: true } => "archived",
        { Status: Status.Triage } => "a person must look at it first",
        { Status: Status.Todo } => OfParents(facts),
        { Status: Status.Scheduled, NotBefore: { } time } => $"not before {time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC",
        { Status: Status.Scheduled } => task.Reason is null ? "parked" : $"parked: {task.Reason}",
        { Status: Status.Blocked } => task.Reason ?? "blocked",
        { Status: Status.Review } => "waits for a verdict",
        _ when facts.LanePaused => $"lane {task.Lane} is paused{(facts.LanePausedReason is { } reason ? $": {reason}" : "")}",
        { LiveRunId: not null } => $"offered to the workers of lane {task.Lane}",
        _ => $"waits for room in lane {task.Lane}",
    };

    private static string OfParents(WaitFacts facts)
    {
        var stopped = facts.Parents.Where(p => p.Status is Status.Failed or Status.Cancelled).ToList();
        if (stopped.Count > 0)
            return string.Join(", ", stopped.Take(Named).Select(p => $"parent {p.Key} {(p.Status is Status.Failed ? "failed" : "was cancelled")}"));
        if (facts.Parents.Count == 0)
            return facts.ParentsHolding == 0 ? "about to be released" : $"waits for {facts.ParentsHolding} parents";
        var rest = facts.ParentsHolding - Math.Min(Named, facts.Parents.Count);
        var names = string.Join(", ", facts.Parents.Take(Named).Select(p => p.Key));
        return rest > 0 ? $"waits for {names} and {rest} more" : $"waits for {names}";
    }
}
