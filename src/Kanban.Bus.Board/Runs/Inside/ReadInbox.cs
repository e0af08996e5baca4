using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Runs.Inside;

/// <summary>POST /runs/{runId}/inbox — 200 the comments on its task that no run has had yet, which from then on count as seen by this one; 409 <c>lease-lost</c>.</summary>
internal static class ReadInbox
{
    public static void Map(RouteGroupBuilder runs) => runs.MapPost("/inbox", Handle)
        .WithName("ReadInbox").WithSummary("A run takes what was said about its task since it last looked.").ProducesProblem(409);

    internal static async Task<Results<Ok<List<CommentView>>, ProblemHttpResult>> Handle(Guid runId, ClaimsPrincipal user, BoardDbContext db, RunWrites writes, CancellationToken ct)
    {
        // Mostly there is nothing new, and that needs no lock.
        if (!await db.Unseen(user.TaskId(), runId).AnyAsync(ct) && await ShowLease.ReadAsync(db, runId, user.FencingToken(), ct) is not null)
            return TypedResults.Ok(new List<CommentView>());
        var (news, refused) = await writes.ApplyAsync(user, async caller =>
        {
            var comments = await db.Unseen(caller.Task.Id, runId).AsNoTracking().ToListAsync(ct);
            await db.MarkSeenAsync(comments, caller.Task, runId, caller.Actor, caller.Now, ct);
            comments.ForEach(c => (c.SeenAt, c.SeenBy) = (caller.Now, caller.Actor));
            return (comments.ConvertAll(CommentTask.Of), (ProblemHttpResult?)null);
        }, ct);
        return refused is not null ? refused : TypedResults.Ok(news!);
    }
}
