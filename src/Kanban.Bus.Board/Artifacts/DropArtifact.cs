using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Artifacts;

/// <summary>DELETE /tasks/{key}/artifacts/{id} — 204, 404. The sweep takes its bytes when no other file has them.</summary>
public static class DropArtifact
{
    public static void Map(RouteGroupBuilder api) => api.MapDelete("/tasks/{key}/artifacts/{id:guid}", Handle)
        .WithName("DropArtifact").WithSummary("Drop a file of a task.").WithTags("Tasks").ProducesProblem(404);

    internal static async Task<Results<NoContent, ProblemHttpResult>> Handle(string key, Guid id, BoardDbContext db, ClaimsPrincipal user, CancellationToken ct)
    {
        if (await db.FindTaskAsync(key, ct) is not { } task)
            return await db.NoTaskAsync(key, ct);
        var dropped = await db.InTransactionAsync(async () =>
        {
            await db.LockTasksAsync([task.Id], ct);
            if (await db.Artifacts.SingleOrDefaultAsync(a => a.Id == id && a.TaskId == task.Id && a.StoredAt != null, ct) is not { } artifact)
                return false;
            db.Artifacts.Remove(artifact);
            db.Events.Add(BoardEvent.Of(EventTypes.ArtifactDropped, task, user.Actor(), await db.NowAsync(ct), new { name = artifact.Name, kind = artifact.Kind }, artifact.RunId));
            await db.SaveChangesAsync(ct);
            return true;
        }, ct);
        return dropped ? TypedResults.NoContent() : Problems.NotFound("file", id.ToString());
    }
}
