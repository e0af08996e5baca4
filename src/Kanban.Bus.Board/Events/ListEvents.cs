using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Events;

/// <summary>GET /events and /tasks/{key}/events — 200 a page, oldest first; 400 for a bad cursor or limit, an unknown parameter, board or type; 404 no such task.</summary>
public static class ListEvents
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/events", Handle).WithName("ListEvents").WithSummary("The history, oldest first.").WithTags("Events")
            .Takes("after", "task", "board", "type", "limit");
        api.MapGet("/tasks/{key}/events", HandleTask).WithName("ListTaskEvents").WithSummary("A task's history, oldest first.").WithTags("Events")
            .Takes("after", "limit");
    }

    internal static async Task<Results<Ok<Page<EventView>>, ProblemHttpResult>> Handle(
        BoardDbContext db, CancellationToken ct, string? after = null, string? task = null, string? board = null, string? type = null, int limit = Limits.DefaultPageSize)
    {
        if (Refusal(after, limit, out var position) is { } refusal)
            return refusal;
        if (await UnknownAsync(db, board, type, ct) is { } unknown)
            return unknown;
        Guid? taskId = null;
        if (task is not null)
        {
            if (await TaskIdAsync(db, task, ct) is not { } id)
                return Problems.NotFound("task", task);
            taskId = id;
        }
        return TypedResults.Ok(await PageAsync(db, position, taskId, board, type, limit, ct));
    }

    internal static async Task<Results<Ok<Page<EventView>>, ProblemHttpResult>> HandleTask(
        string key, BoardDbContext db, CancellationToken ct, string? after = null, int limit = Limits.DefaultPageSize)
    {
        if (Refusal(after, limit, out var position) is { } refusal)
            return refusal;
        return await TaskIdAsync(db, key, ct) is { } id
            ? TypedResults.Ok(await PageAsync(db, position, id, null, null, limit, ct))
            : Problems.NotFound("task", key);
    }

    /// <summary>Null when cursor and limit are good.</summary>
    internal static ProblemHttpResult? Refusal(string? after, int limit, out EventPosition position)
    {
        position = default;
        if (after is not null && !EventPosition.TryParse(after, out position))
            return Problems.Invalid("after", "'after' is not a cursor of this list. Give an event's id, or leave it out to start with the oldest.");
        if (limit is < 1 or > Limits.PageSize)
            return Problems.Invalid("limit", $"'limit' is {limit}; allowed is 1 to {Limits.PageSize}.");
        return null;
    }

    /// <summary>A kind or a board that there is not would be an empty history; null when both are known.</summary>
    internal static async Task<ProblemHttpResult?> UnknownAsync(BoardDbContext db, string? board, string? type, CancellationToken ct)
    {
        if (type is not null && EventTypes.Find(type) is null)
            return Problems.Unknown("type", "type", type, Nearest.To(type, EventTypes.All));
        return board is not null && await db.Boards.Select(b => b.Key).ToListAsync(ct) is var boards && !boards.Contains(board)
            ? Problems.Unknown("board", "board", board, Nearest.To(board, boards))
            : null;
    }

    private static async Task<Guid?> TaskIdAsync(BoardDbContext db, string key, CancellationToken ct)
    {
        if (!KanbanTask.TryParseKey(key, out var board, out var number))
            return null;
        return await db.Tasks.Where(t => t.Board == board && t.Number == number).Select(t => (Guid?)t.Id).FirstOrDefaultAsync(ct);
    }

    private static async Task<Page<EventView>> PageAsync(
        BoardDbContext db, EventPosition after, Guid? taskId, string? board, string? type, int limit, CancellationToken ct)
    {
        // A task's row is locked by whoever writes its events, so they commit in the order of their numbers and none is overtaken.
        var rows = taskId is { } id ? db.Events.Where(e => e.TaskId == id && e.Seq > after.Seq) : db.SettledEvents(after);
        if (board is not null)
            rows = rows.Where(e => e.Board == board);
        if (type is not null && EventTypes.Find(type) is var kind)
            rows = rows.Where(e => e.Type == kind);
        rows = taskId is null ? rows.OrderBy(e => e.Tx).ThenBy(e => e.Seq) : rows.OrderBy(e => e.Seq);
        var found = await rows.AsNoTracking().Take(limit + 1).ToListAsync(ct);
        var next = found.Count > limit ? EventPosition.Of(found[limit - 1]).ToString() : null;
        return new Page<EventView>([.. found.Take(limit).Select(EventView.Of)], next);
    }
}
