using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Fleet;

/// <summary>POST /workers/{id}/drain — 200 it takes no new work from now on and leaves when its runs have ended, 404 no such worker.</summary>
internal static class DrainWorker
{
    public static void Map(RouteGroupBuilder workers) => workers.MapPost("/{id}/drain", Handle)
        .WithName("DrainWorker").WithSummary("Lets a worker finish and leave");

    private static async Task<Results<Ok<WorkerView>, ProblemHttpResult>> Handle(
        string id, BoardDbContext db, IOfferBus bus, ClaimsPrincipal user, CancellationToken ct)
    {
        var found = await db.InTransactionAsync(async () =>
        {
            var worker = await db.Workers.SingleOrDefaultAsync(w => w.Id == id, ct);
            if (worker is null)
                return false;
            if (!worker.DrainAsked)
                db.Events.Add(BoardEvent.OfWorker(EventTypes.WorkerDraining, id, user.Actor(), await db.NowAsync(ct)));
            worker.DrainAsked = true;
            return true;
        }, ct);
        if (!found)
            return Problems.NotFound("worker", id, Nearest.To(id, await db.Workers.Select(w => w.Id).ToListAsync(ct)));
        await bus.HintAsync(id, ct);
        return TypedResults.Ok((await WorkerViews.ForAsync(db, w => w.Id == id, ct)).Single());
    }
}
