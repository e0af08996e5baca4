using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Hosting;

/// <summary>What every list checks of its query, so that a slip of the pen is not an unfiltered list.</summary>
public static class Queries
{
    /// <returns>400 for a parameter that the list doesn't have, with the nearest one it has; null when all are known.</returns>
    public static ProblemHttpResult? WhyNot(HttpRequest request, int? limit, params string[] known)
    {
        foreach (var given in request.Query.Keys)
            if (!known.Contains(given, StringComparer.OrdinalIgnoreCase))
                return Problems.Unknown(given, "parameter", given, Nearest.To(given, known));
        return limit is < 1 or > Limits.PageSize
            ? Problems.Invalid("limit", $"'limit' is 1 to {Limits.PageSize}; given was {limit}.")
            : null;
    }
}
