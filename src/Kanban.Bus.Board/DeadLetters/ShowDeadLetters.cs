using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.DeadLetters;

/// <summary>GET /dead-letters, oldest first and without bodies; GET /dead-letters/{id}, with its body.</summary>
public static class ShowDeadLetters
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/dead-letters", ListAsync).WithName("ListDeadLetters").WithSummary("Lists messages that were put aside, oldest first.").WithTags("Dead letters").Takes("after", "limit");
        api.MapGet("/dead-letters/{id:guid}", ShowAsync).WithName("ShowDeadLetter").WithSummary("Shows a message that was put aside, with its bytes.").WithTags("Dead letters");
    }

    internal static async Task<Results<Ok<Page<DeadLetterView>>, ProblemHttpResult>> ListAsync(
        BoardDbContext db, CancellationToken ct, Guid? after = null, int limit = Limits.DefaultPageSize)
    {
        if (limit is < 1 or > Limits.PageSize)
            return Problems.Invalid("limit", $"limit is {limit}; allowed are 1 to {Limits.PageSize}.");
        var rows = await db.DeadLetters.AsNoTracking()
            .Where(d => after == null || d.Id.CompareTo(after.Value) > 0)
            .OrderBy(d => d.Id).Take(limit + 1)
            .Select(d => new DeadLetterView(d.Id, d.Queue, d.Reason, d.SentBy, d.At, d.ContentType, d.Bytes, null)).ToListAsync(ct);
        var page = rows.Take(limit).ToList();
        return TypedResults.Ok(new Page<DeadLetterView>(page, rows.Count > limit ? page[^1].Id.ToString() : null));
    }

    internal static async Task<Results<Ok<DeadLetterView>, ProblemHttpResult>> ShowAsync(Guid id, BoardDbContext db, CancellationToken ct) =>
        await db.DeadLetters.AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, ct) is { } letter
            ? TypedResults.Ok(letter.View(withBody: true))
            : Problems.NotFound("dead letter", id.ToString());
}
