using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Hosting;

/// <summary>What every list checks of its query, so that a slip of the pen is not an unfiltered list.</summary>
public static class Queries
{
    /// <returns>400 for a parameter that the list doesn't have, with the nearest one it has; null when all are known.</returns>
    public static ProblemHttpResult? WhyNot(HttpRequest request, int? limit, params string[] known)
    {
        if (Unknown(request, known) is { } unknown)
            return unknown;
        return limit is < 1 or > Limits.PageSize
            ? Problems.Invalid("limit", $"'limit' is 1 to {Limits.PageSize}; given was {limit}.")
            : null;
    }

    /// <summary>The route refuses every other parameter, with the nearest one it has.</summary>
    public static RouteHandlerBuilder Takes(this RouteHandlerBuilder route, params string[] known) =>
        route.AddEndpointFilter(async (call, next) => Unknown(call.HttpContext.Request, known) is { } unknown ? unknown : await next(call));

    private static ProblemHttpResult? Unknown(HttpRequest request, string[] known) =>
        request.Query.Keys.FirstOrDefault(given => !known.Contains(given, StringComparer.OrdinalIgnoreCase)) is { } given
            ? Problems.Unknown(given, "parameter", given, Nearest.To(given, known))
            : null;
}
