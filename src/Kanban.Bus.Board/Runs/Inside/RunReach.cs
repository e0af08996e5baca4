using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Runs.Inside;

/// <summary>What a run's token reaches: its own task and that task's children. Everything else reads as if it were not there.</summary>
internal static class RunReach
{
    /// <returns>The ids of all the keys, or 404 for the first that the run does not reach.</returns>
    public static async Task<(Dictionary<string, Guid> Ids, ProblemHttpResult? Refused)> ReachAsync(
        this BoardDbContext db, Guid ownTask, IReadOnlyCollection<string> keys, CancellationToken ct)
    {
        if (keys.Count == 0)
            return ([], null);
        var ids = await db.FindTaskIdsAsync(keys, ct);
        var found = ids.Values.ToList();
        var children = await db.TaskLinks.Where(l => l.ParentId == ownTask && found.Contains(l.ChildId)).Select(l => l.ChildId).ToListAsync(ct);
        foreach (var key in keys)
            if (!ids.TryGetValue(key, out var id) || (id != ownTask && !children.Contains(id)))
                return (ids, Problems.Of(404, "not-found", $"No task '{TaskRules.Shown(key)}' that this run reaches: that is its own task and its children."));
        return (ids, null);
    }
}
