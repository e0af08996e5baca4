using System.Security.Cryptography;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Fleet;

/// <summary>DELETE /workers/{id} — 204 it has left, its session is over and what it still held is offered again; 401 and 409 as for every call of a session.</summary>
internal static class DeregisterWorker
{
    public static void Map(RouteGroupBuilder workers) => workers.MapDelete("/{id}", Handle)
        .WithName("DeregisterWorker").WithSummary("A worker says goodbye").RequireAuthorization(Policies.WorkerSession).OnLeasePool();

    private static async Task<NoContent> Handle(string id, BoardDbContext db, IRunSaga saga, CancellationToken ct)
    {
        await db.InTransactionAsync(async () =>
        {
            var worker = await db.Workers.SingleAsync(w => w.Id == id, ct);
            var now = await db.NowAsync(ct);
            worker.State = WorkerState.Left;
            worker.HeartbeatAt = now;
            // Nobody has this token.
            worker.SessionHash = RandomNumberGenerator.GetBytes(32);
            db.Events.Add(BoardEvent.OfWorker(EventTypes.WorkerLeft, id, "worker:" + id, now));
            var leased = await db.Leases.AsNoTracking().Where(l => l.WorkerId == id).Select(l => l.RunId).ToListAsync(ct);
            await RegisterWorker.LoseAsync(db, saga, id, leased, $"worker {id} left", now, ct);
        }, ct);
        return TypedResults.NoContent();
    }
}
