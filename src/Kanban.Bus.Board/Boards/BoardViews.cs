using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Windows;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Boards;

/// <summary>Boards with what stands on them, by two grouped statements for any number of boards.</summary>
public static class BoardViews
{
    public static async Task<List<BoardView>> ForAsync(BoardDbContext db, IReadOnlyCollection<TaskBoard> boards, CancellationToken ct)
    {
        var keys = boards.Select(b => b.Key).ToList();
        var counts = (await db.Tasks.Where(t => keys.Contains(t.Board) && !t.Archived).GroupBy(t => new { t.Board, t.Status })
            .Select(g => new { g.Key.Board, g.Key.Status, Count = g.Count() }).ToListAsync(ct)).ToLookup(c => c.Board);
        var active = await db.Runs.Where(r => r.Live && keys.Contains(r.Board)).GroupBy(r => r.Board)
            .Select(g => new { Board = g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Board, g => g.Count, ct);
        var now = await db.NowAsync(ct);
        return [.. boards.Select(board =>
        {
            var cap = board.Effective(now);
            return new BoardView(
                board.Key, board.Title, board.MaxActive, active.GetValueOrDefault(board.Key), Counts(counts[board.Key].Select(c => (c.Status, c.Count))), board.CreatedAt,
                cap.Limit, cap.Source, WindowRules.Split(board.Windows), cap.WindowText, cap.NextChange);
        })];
    }

    /// <summary>Every status, also those with no task.</summary>
    private static Dictionary<string, int> Counts(IEnumerable<(Status Status, int Count)> found)
    {
        var counts = Words.All<Status>().ToDictionary(word => word, _ => 0);
        foreach (var (status, count) in found)
            counts[Words.Of(status)] = count;
        return counts;
    }
}
