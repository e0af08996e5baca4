using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Fleet;

/// <summary>GET /workers — 200 the fleet by host and id, those that left in the last day included; GET /workers/{id} — 200, 404 no such worker.</summary>
internal static class ListWorkers
{
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(1);

    public static void Map(RouteGroupBuilder workers)
    {
        workers.MapGet("/", List).WithName("ListWorkers").WithSummary("Lists the fleet").Takes("after", "limit");
        workers.MapGet("/{id}", Get).WithName("GetWorker").WithSummary("Shows one worker");
    }

    private static async Task<Ok<Page<WorkerView>>> List(BoardDbContext db, CancellationToken ct)
    {
        var since = await db.NowAsync(ct) - Remembered;
        return TypedResults.Ok(new Page<WorkerView>(
            await WorkerViews.ForAsync(db, w => w.State == WorkerState.Live || w.HeartbeatAt > since, ct), null));
    }

    private static async Task<Results<Ok<WorkerView>, ProblemHttpResult>> Get(string id, BoardDbContext db, CancellationToken ct)
    {
        var found = await WorkerViews.ForAsync(db, w => w.Id == id, ct);
        return found.Count == 1
            ? TypedResults.Ok(found[0])
            : Problems.NotFound("worker", id, Nearest.To(id, await db.Workers.Select(w => w.Id).ToListAsync(ct)));
    }
}
