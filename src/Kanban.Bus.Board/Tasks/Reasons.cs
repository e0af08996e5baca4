using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Tasks;

/// <summary>The sentences that people give for what they do.</summary>
public static class Reasons
{
    /// <returns>400 when it can't be stored; null when it can, or none was given.</returns>
    public static ProblemHttpResult? WhyNot(string? reason) =>
        TaskRules.Prose("/reason", "reason", reason, Limits.ReasonLength).ToList() is { Count: > 0 } faults ? Problems.Invalid(faults) : null;

    /// <summary>The reason as given; null for one that says nothing.</summary>
    public static string? Of(WithReason? request) => string.IsNullOrWhiteSpace(request?.Reason) ? null : request.Reason;
}
