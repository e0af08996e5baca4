using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Lanes;

/// <summary>In which lanes the runs of a lane may make children. People make tasks wherever their key lets them.</summary>
public static class ChildLanes
{
    private const int Most = 100;

    /// <param name="at">Pointer to the list.</param>
    public static IEnumerable<ProblemError> Faults(string at, IReadOnlyList<string>? lanes)
    {
        if (lanes?.Count > Most)
            yield return new(at, $"'childLanes' has {lanes.Count} lanes; at most {Most} are allowed.");
    }

    /// <returns>400 for the first lane that isn't there, with the nearest one; null when all are known. A new lane may name itself.</returns>
    public static async Task<ProblemHttpResult?> UnknownAsync(BoardDbContext db, string own, IReadOnlyList<string>? lanes, CancellationToken ct)
    {
        if (lanes is not { Count: > 0 })
            return null;
        var known = await db.Lanes.Select(l => l.Name).ToListAsync(ct);
        foreach (var lane in lanes)
            if (lane != own && !known.Contains(lane))
                return Problems.Unknown("/childLanes", "lane", lane ?? "", Nearest.To(lane ?? "", known));
        return null;
    }

    /// <summary>Names as a column holds them.</summary>
    public static string Join(IReadOnlyList<string>? lanes) => string.Join('\n', (lanes ?? []).Distinct(StringComparer.Ordinal));

    public static IReadOnlyList<string> Split(string column) => column.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
