using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Events;

/// <summary>POST /dead-letters — 204 put aside with its reason; 413 its body is too long; 503 the broker can't take it now, try again.</summary>
public static class PostDeadLetter
{
    private const int MaxBody = 64 * 1024;
    private const int MaxQueue = 255;

    /// <summary>Of the body, in the event: enough to see what it was.</summary>
    private const int Shown = 4 * 1024;

    public static void Map(RouteGroupBuilder api) => api.MapPost("/dead-letters", Handle)
        .RequireAuthorization(Policies.WorkerSession)
        .WithName("PostDeadLetter").WithSummary("A worker hands over a message that it could not read.").WithTags("Workers");

    internal static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        DeadLetter letter, ClaimsPrincipal user, IOfferBus bus, BoardDbContext db, HttpResponse response, CancellationToken ct)
    {
        if (letter.Body.Length > MaxBody)
            return Problems.TooLarge("/body", $"'body' is {letter.Body.Length} bytes; allowed are {MaxBody}. Cut it.");
        if (letter.Queue.Length is 0 or > MaxQueue)
            return Problems.Invalid("/queue", $"'queue' has {letter.Queue.Length} characters; allowed are 1 to {MaxQueue}.");
        if (letter.Reason.Length is 0 or > Limits.ReasonLength)
            return Problems.Invalid("/reason", $"'reason' has {letter.Reason.Length} characters; allowed are 1 to {Limits.ReasonLength}.");
        if (letter.ContentType?.Length > MaxQueue)
            return Problems.Invalid("/contentType", $"'contentType' has {letter.ContentType.Length} characters; allowed are {MaxQueue}.");

        var actor = user.Actor();
        try
        {
            await bus.DeadLetterAsync(letter, actor, ct);
        }
        catch (BrokerUnavailableException away)
        {
            response.Headers.RetryAfter = "2";
            return Problems.Of(503, "broker-away", $"The message can't be put aside now. {away.Message}");
        }

        await db.InTransactionAsync(async () =>
        {
            var body = Convert.ToBase64String(letter.Body.AsSpan(0, Math.Min(letter.Body.Length, Shown)));
            db.Events.Add(BoardEvent.OfWorker(EventTypes.MessageDeadLettered, user.WorkerId(), actor, await db.NowAsync(ct),
                new { letter.Queue, letter.Reason, from = actor, letter.ContentType, bytes = letter.Body.Length, body }));
        }, ct);
        return TypedResults.NoContent();
    }
}
