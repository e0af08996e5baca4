using Kanban.Bus.Board.Storage;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Tasks;

/// <summary>The graph of parents and children, across boards. It never holds a cycle (P5).</summary>
public static class Graph
{
    private const int Named = 10;

    /// <summary>The cycle that a link from this parent to this child would close, child first; null when it closes none.</summary>
    /// <remarks>Call it under <see cref="BoardLock.Graph"/>: two links that close a cycle together are then looked at one after the other.</remarks>
    /// <returns>Keys along the cycle, long ones cut in the middle.</returns>
    public static async Task<string?> CycleAsync(BoardDbContext db, Guid parent, Guid child, CancellationToken ct)
    {
        // Down from the child: the database walks each task below it once, whatever the number of ways there.
        // BETWEEN, where = would say the same: it can be looked up in the index and not hashed. PostgreSQL, that guesses a wide graph,
        // would go through all links at each step down a deep one.
        var closes = await db.Database.SqlQuery<int>(
            $"""
            WITH RECURSIVE below(id) AS (
                SELECT child_id FROM task_links WHERE parent_id = {child}
                UNION
                SELECT l.child_id FROM task_links l JOIN below ON l.parent_id BETWEEN below.id AND below.id)
            SELECT COUNT(*) AS "Value" FROM below WHERE id = {parent}
            """).SingleAsync(ct);
        return closes == 0 ? null : await PathAsync(db, child, parent, ct);
    }

    private static async Task<string> PathAsync(BoardDbContext db, Guid from, Guid to, CancellationToken ct)
    {
        var links = (await db.Database.SqlQuery<Edge>(
            $"""
            WITH RECURSIVE below(id) AS (
                SELECT {from}
                UNION
                SELECT l.child_id FROM task_links l JOIN below ON l.parent_id BETWEEN below.id AND below.id)
            SELECT l.parent_id AS "Parent", l.child_id AS "Child" FROM task_links l JOIN below ON l.parent_id = below.id
            """).ToListAsync(ct)).ToLookup(e => e.Parent, e => e.Child);
        var cameFrom = new Dictionary<Guid, Guid> { [from] = from };
        var queue = new Queue<Guid>([from]);
        while (queue.TryDequeue(out var at) && at != to)
            foreach (var next in links[at])
                if (cameFrom.TryAdd(next, at))
                    queue.Enqueue(next);

        var path = new List<Guid>();
        for (var at = to; ; at = cameFrom[at])
        {
            path.Add(at);
            if (at == from)
                break;
        }

        path.Reverse();
        var shown = path.Count <= Named ? path : [.. path.Take(Named / 2), .. path.TakeLast(Named / 2)];
        var keys = await db.Tasks.Where(t => shown.Contains(t.Id)).Select(t => new { t.Id, t.Board, t.Number })
            .ToDictionaryAsync(t => t.Id, t => KanbanTask.KeyOf(t.Board, t.Number), ct);
        var words = shown.Select(id => keys[id]).ToList();
        if (path.Count > Named)
            words.Insert(Named / 2, $"… {path.Count - Named} more …");
        return string.Join(" → ", words.Append(words[0]));
    }

    private sealed record Edge(Guid Parent, Guid Child);
}
