using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Boards;

/// <summary>GET /boards — 200 every board by key, in pages; GET /boards/{key} — 200, 404.</summary>
public static class ShowBoards
{
    public static void Map(RouteGroupBuilder boards)
    {
        boards.MapGet("", List).WithName("ListBoards").WithSummary("Boards by key, with the number of their tasks by status.").ProducesProblem(400);
        boards.MapGet("/{key}", Show).WithName("ShowBoard").WithSummary("One board.").ProducesProblem(404);
    }

    internal static async Task<Results<Ok<Page<BoardView>>, ProblemHttpResult>> List(
        string? after, int? limit, HttpRequest request, BoardDbContext db, CancellationToken ct)
    {
        if (Queries.WhyNot(request, limit, "after", "limit") is { } invalid)
            return invalid;
        string? last = null;
        if (after is not null && !Cursors.TryRead(after, out last))
            return Cursors.Refused();
        var size = limit ?? Limits.PageSize;
        var boards = await db.Boards.AsNoTracking().Where(b => last == null || b.Key.CompareTo(last) > 0).OrderBy(b => b.Key).Take(size + 1).ToListAsync(ct);
        var next = boards.Count > size ? Cursors.Write(boards[size - 1].Key) : null;
        return TypedResults.Ok(new Page<BoardView>(await BoardViews.ForAsync(db, [.. boards.Take(size)], ct), next));
    }

    internal static async Task<Results<Ok<BoardView>, ProblemHttpResult>> Show(string key, BoardDbContext db, CancellationToken ct) =>
        await db.Boards.AsNoTracking().SingleOrDefaultAsync(b => b.Key == key, ct) is { } board
            ? TypedResults.Ok((await BoardViews.ForAsync(db, [board], ct))[0])
            : await NoBoardAsync(db, key, ct);

    internal static async Task<ProblemHttpResult> NoBoardAsync(BoardDbContext db, string key, CancellationToken ct) =>
        Problems.NotFound("board", key, Nearest.To(key, await db.Boards.Select(b => b.Key).ToListAsync(ct)));
}
