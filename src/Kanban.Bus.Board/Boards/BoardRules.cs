using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Board.Windows;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Boards;

/// <summary>What the fields of a board may hold.</summary>
public static class BoardRules
{
    public const int MaxActive = 100_000;

    /// <param name="title">Null when none was given.</param>
    public static ProblemHttpResult? WhyNot(string? title, int? maxActive, IReadOnlyList<string>? windows)
    {
        List<ProblemError> faults =
        [
            .. title is null ? [] : TaskRules.Title("/title", title),
            .. TaskRules.Range("/maxActive", "maxActive", maxActive, 1, MaxActive),
            .. WindowRules.Faults(windows),
        ];
        return faults.Count > 0 ? Problems.Invalid(faults) : null;
    }
}
