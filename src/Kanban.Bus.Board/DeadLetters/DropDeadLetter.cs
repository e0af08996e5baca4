using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.DeadLetters;

/// <summary>DELETE /dead-letters/{id} — 204 it is gone; 404 no such dead letter.</summary>
public static class DropDeadLetter
{
    public static void Map(RouteGroupBuilder api) => api.MapDelete("/dead-letters/{id:guid}", Handle)
        .WithName("DropDeadLetter").WithSummary("Drops a message that was put aside. Its event stays in the history.").WithTags("Dead letters")
        .ProducesProblem(404);

    internal static async Task<Results<NoContent, ProblemHttpResult>> Handle(Guid id, ClaimsPrincipal user, BoardDbContext db, CancellationToken ct) =>
        await ResendDeadLetter.RemoveAsync(db, id, EventTypes.MessageDropped, user.Actor(), ct)
            ? TypedResults.NoContent()
            : Problems.NotFound("dead letter", id.ToString());
}
