using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Tasks;

/// <summary>From keys to rows, and what to say when there is none.</summary>
public static class TaskKeys
{
    /// <summary>The task as it stands, not tracked; null when there is none.</summary>
    public static async Task<KanbanTask?> FindTaskAsync(this BoardDbContext db, string key, CancellationToken ct) =>
        KanbanTask.TryParseKey(key, out var board, out var number)
            ? await db.Tasks.AsNoTracking().SingleOrDefaultAsync(t => t.Board == board && t.Number == number, ct)
            : null;

    /// <summary>Ids of those of the keys that exist: one statement per board they name.</summary>
    public static async Task<Dictionary<string, Guid>> FindTaskIdsAsync(this BoardDbContext db, IEnumerable<string> keys, CancellationToken ct)
    {
        var byBoard = keys
            .Select(key => (Parsed: KanbanTask.TryParseKey(key, out var board, out var number), Board: board, Number: number))
            .Where(k => k.Parsed)
            .GroupBy(k => k.Board, k => k.Number);
        var ids = new Dictionary<string, Guid>(StringComparer.Ordinal);
        foreach (var group in byBoard)
        {
            var (board, numbers) = (group.Key, group.Distinct().ToList());
            var found = await db.Tasks.Where(t => t.Board == board && numbers.Contains(t.Number)).Select(t => new { t.Number, t.Id }).ToListAsync(ct);
            foreach (var task in found)
                ids[KanbanTask.KeyOf(board, task.Number)] = task.Id;
        }

        return ids;
    }

    /// <summary>404 that names the nearest task there is.</summary>
    public static async Task<ProblemHttpResult> NoTaskAsync(this BoardDbContext db, string key, CancellationToken ct) =>
        Problems.NotFound("task", key, await db.NearestKeyAsync(key, ct));

    /// <summary>The same number on the board that was probably meant, or that board's nearest number.</summary>
    public static async Task<string?> NearestKeyAsync(this BoardDbContext db, string key, CancellationToken ct)
    {
        if (!KanbanTask.TryParseKey(key.ToLowerInvariant(), out var given, out var number))
            return null;
        var boards = await db.Boards.Select(b => b.Key).ToListAsync(ct);
        if (Nearest.To(given, boards) is not { } board)
            return null;
        var nearest = await db.Tasks.Where(t => t.Board == board && t.Number <= number).OrderByDescending(t => t.Number)
            .Select(t => (int?)t.Number).FirstOrDefaultAsync(ct);
        return nearest is { } n ? KanbanTask.KeyOf(board, n) : null;
    }
}
