using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Board.Windows;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Boards;

/// <summary>POST /boards — 201 a new board, 400, 409 there is one of that key.</summary>
public static class CreateBoardEndpoint
{
    public static void Map(RouteGroupBuilder boards) => boards.MapPost("", Handle)
        .WithName("CreateBoard").WithSummary("Make a board. Its key is the prefix of its tasks' keys.")
        .ProducesProblem(400).ProducesProblem(409);

    internal static async Task<Results<Created<BoardView>, ProblemHttpResult>> Handle(
        CreateBoard request, BoardDbContext db, ClaimsPrincipal user, CancellationToken ct)
    {
        if (TaskRules.Name("/key", "key", request.Key).ToList() is { Count: > 0 } faults)
            return Problems.Invalid(faults);
        if (BoardRules.WhyNot(request.Title, request.MaxActive, request.Windows) is { } invalid)
            return invalid;
        if (await db.Boards.AnyAsync(b => b.Key == request.Key, ct))
            return Exists(request.Key);
        try
        {
            var board = await db.InTransactionAsync(async () =>
            {
                var now = await db.NowAsync(ct);
                var added = new TaskBoard { Key = request.Key, Title = request.Title ?? request.Key, MaxActive = request.MaxActive, Windows = WindowRules.Column(request.Windows), CreatedAt = now };
                db.Boards.Add(added);
                db.Events.Add(BoardEvent.OfBoard(EventTypes.BoardCreated, added.Key, user.Actor(), now, new { title = added.Title, maxActive = added.MaxActive, windows = added.Windows }));
                await db.SaveChangesAsync(ct);
                return added;
            }, ct);
            return TypedResults.Created($"/api/v1/boards/{board.Key}", (await BoardViews.ForAsync(db, [board], ct))[0]);
        }
        catch (DbUpdateException error) when (db.IsDuplicateKey(error))
        {
            return Exists(request.Key);
        }
    }

    private static ProblemHttpResult Exists(string key) => Problems.Conflict("exists", $"There is a board '{key}' already.");
}
