using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Board.Windows;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Boards;

/// <summary>PATCH /boards/{key}, a JSON merge patch — 200, 400, 404.</summary>
public static class EditBoardEndpoint
{
    public static void Map(RouteGroupBuilder boards) => boards.MapPatch("/{key}", Handle)
        .WithName("EditBoard").WithSummary("Change a board's title or cap: what is absent stays, null clears.")
        .ProducesProblem(400).ProducesProblem(404);

    internal static async Task<Results<Ok<BoardView>, ProblemHttpResult>> Handle(
        string key, MergePatch<EditBoard> patch, BoardDbContext db, AdmissionPass pass, ClaimsPrincipal user, CancellationToken ct)
    {
        if (BoardRules.WhyNot(patch.Value.Title, patch.Value.MaxActive, patch.Value.Windows) is { } invalid)
            return invalid;
        if (Reasons.WhyNot(patch.Value.Reason) is { } unsaid)
            return unsaid;
        var board = await db.InTransactionAsync(() => EditAsync(db, pass, key, patch, user.Actor(), ct), ct);
        return board is null ? await ShowBoards.NoBoardAsync(db, key, ct) : TypedResults.Ok((await BoardViews.ForAsync(db, [board], ct))[0]);
    }

    private static async Task<TaskBoard?> EditAsync(BoardDbContext db, AdmissionPass pass, string key, MergePatch<EditBoard> patch, string actor, CancellationToken ct)
    {
        // Caps are read and spent under this lock: from the commit on, nothing is admitted by the old one (P3).
        await db.LockAsync(BoardLock.Admission, ct);
        if (await db.Boards.SingleOrDefaultAsync(b => b.Key == key, ct) is not { } board)
            return null;
        var (edit, changes) = (patch.Value, new Changes());
        if (patch.Has(nameof(edit.Title)))
            changes.Set("title", board.Title, edit.Title ?? board.Key, value => board.Title = value);
        if (patch.Has(nameof(edit.MaxActive)))
            changes.Set("maxActive", board.MaxActive, edit.MaxActive, value => board.MaxActive = value);
        if (patch.Has(nameof(edit.Windows)))
            changes.Set("windows", board.Windows, WindowRules.Column(edit.Windows), value => board.Windows = value);
        if (changes.Any)
            db.Events.Add(BoardEvent.OfBoard(EventTypes.BoardEdited, key, actor, await db.NowAsync(ct), changes.Because(edit.Reason)));
        await pass.WithdrawExcessAsync(actor, ct);
        return board;
    }
}
