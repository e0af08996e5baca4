using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.DeadLetters;

/// <summary>POST /dead-letters — 204 put aside with its reason; 413 its body is too long.</summary>
public static class PostDeadLetter
{
    private const int MaxQueue = 255;

    public static void Map(RouteGroupBuilder api) => api.MapPost("/dead-letters", Handle)
        .RequireAuthorization(Policies.WorkerSession)
        .WithName("PostDeadLetter").WithSummary("A worker hands over a message that it could not read.").WithTags("Workers");

    internal static async Task<Results<NoContent, ProblemHttpResult>> Handle(DeadLetter letter, ClaimsPrincipal user, BoardDbContext db, CancellationToken ct)
    {
        if (letter.Body.Length > SetAside.MaxBody)
            return Problems.TooLarge("/body", $"'body' is {letter.Body.Length} bytes; allowed are {SetAside.MaxBody}. Cut it.");
        if (letter.Queue.Length is 0 or > MaxQueue)
            return Problems.Invalid("/queue", $"'queue' has {letter.Queue.Length} characters; allowed are 1 to {MaxQueue}.");
        if (letter.Reason.Length is 0 or > Limits.ReasonLength)
            return Problems.Invalid("/reason", $"'reason' has {letter.Reason.Length} characters; allowed are 1 to {Limits.ReasonLength}.");
        if (letter.ContentType?.Length > MaxQueue)
            return Problems.Invalid("/contentType", $"'contentType' has {letter.ContentType.Length} characters; allowed are {MaxQueue}.");
        if (letter.Bytes is { } bytes && bytes < letter.Body.Length)
            return Problems.Invalid("/bytes", $"'bytes' is {bytes}, less than the body's {letter.Body.Length}.");

        await db.InTransactionAsync(async () => await SetAside.AddAsync(db, new SetAside
        {
            Queue = SetAside.Plain(letter.Queue, MaxQueue),
            Reason = SetAside.Plain(letter.Reason, Limits.ReasonLength),
            SentBy = user.Actor(),
            ContentType = letter.ContentType is { } type ? SetAside.Plain(type, MaxQueue) : null,
            Body = letter.Body,
            Bytes = letter.Bytes ?? letter.Body.Length,
            At = await db.NowAsync(ct),
        }, user.WorkerId(), ct), ct);
        return TypedResults.NoContent();
    }
}
