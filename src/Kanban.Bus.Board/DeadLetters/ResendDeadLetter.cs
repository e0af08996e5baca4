using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.DeadLetters;

/// <summary>POST /dead-letters/{id}/resend — 204 its bytes are on their queue again; 404; 409 it was cut, or its queue is not there; 503 the broker can't take it now.</summary>
public static class ResendDeadLetter
{
    public static void Map(RouteGroupBuilder api) => api.MapPost("/dead-letters/{id:guid}/resend", Handle)
        .WithName("ResendDeadLetter").WithSummary("Puts a message back on its queue, as it came.").WithTags("Dead letters")
        .ProducesProblem(404).ProducesProblem(409).ProducesProblem(503);

    /// <remarks>First sent, then taken off the list: what fails between is sent twice, which a claim decides, and never lost.</remarks>
    internal static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Guid id, ClaimsPrincipal user, IOfferBus bus, BoardDbContext db, HttpResponse response, CancellationToken ct)
    {
        if (await db.DeadLetters.AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, ct) is not { } letter)
            return Problems.NotFound("dead letter", id.ToString());
        if (letter.IsCut)
            return Problems.Conflict("cut", $"Of the message's {letter.Bytes} bytes only the first {letter.Body.Length} were kept; it can't be sent again.");
        try
        {
            // Workers name the queue, so it is not trusted: only lanes' queues are written to.
            if (!BusNames.IsLaneQueue(letter.Queue) || !await bus.ResendAsync(letter.Queue, letter.Body, letter.ContentType, ct))
                return Problems.Conflict("no-queue", $"There is no lane's queue '{letter.Queue}'.");
        }
        catch (BrokerUnavailableException away)
        {
            response.Headers.RetryAfter = "2";
            return Problems.Of(503, "broker-away", $"The message can't be sent now. {away.Message}");
        }

        await RemoveAsync(db, id, EventTypes.MessageResent, user.Actor(), ct);
        return TypedResults.NoContent();
    }

    /// <returns>Whether it was still there.</returns>
    internal static Task<bool> RemoveAsync(BoardDbContext db, Guid id, string type, string actor, CancellationToken ct) => db.InTransactionAsync(async () =>
    {
        if (await db.DeadLetters.SingleOrDefaultAsync(d => d.Id == id, ct) is not { } letter)
            return false;
        letter.Remove(db, type, actor, await db.NowAsync(ct));
        return true;
    }, ct);
}
