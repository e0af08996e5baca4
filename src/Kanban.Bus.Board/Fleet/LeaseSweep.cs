using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Fleet;

/// <summary>Ends runs whose leases ran out, and takes note of workers that fell silent, by the database's clock.</summary>
public sealed class LeaseSweep(BoardDbContext db, IRunSaga saga, IOptions<LeaseOptions> options)
{
    private const int Most = 500;

    /// <returns>How many runs were lost.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var seen = await db.NowAsync(ct);
        var expired = await db.Leases.AsNoTracking().Where(l => l.ExpiresAt < seen).OrderBy(l => l.RunId).Select(l => l.RunId).Take(Most).ToListAsync(ct);
        var lost = expired.Count == 0 ? 0 : await db.InTransactionAsync(() => ReclaimAsync(expired, ct), ct);
        await NoteSilentWorkersAsync(ct);
        return lost;
    }

    private async Task<int> ReclaimAsync(IReadOnlyList<Guid> expired, CancellationToken ct)
    {
        var runs = await db.LockRunsAsync(expired, ct);
        var now = await db.NowAsync(ct);
        var lost = 0;
        foreach (var run in runs)
        {
            // Read again under the lock: a heartbeat that came first has saved it.
            if (db.Leases.Local.FindEntry(run.CorrelationId)?.Entity is not { } lease || lease.ExpiresAt >= now)
                continue;
            await saga.SendAsync(new LoseRun(run.CorrelationId, $"no heartbeat from worker {run.WorkerId} since {lease.RenewedAt:HH:mm:ss} UTC", now), ct);
            lost++;
        }

        return lost;
    }

    private async Task NoteSilentWorkersAsync(CancellationToken ct)
    {
        var deadline = await db.NowAsync(ct) - options.Value.Duration;
        if (!await db.Workers.AnyAsync(w => w.State == WorkerState.Live && w.HeartbeatAt < deadline, ct))
            return;
        await db.InTransactionAsync(async () =>
        {
            var now = await db.NowAsync(ct);
            foreach (var worker in await db.Workers.Where(w => w.State == WorkerState.Live && w.HeartbeatAt < deadline).ToListAsync(ct))
            {
                // One of several replicas writes the event: the update counts only while the row still reads live.
                var changed = await db.Workers.Where(w => w.Id == worker.Id && w.State == WorkerState.Live && w.HeartbeatAt < deadline)
                    .ExecuteUpdateAsync(set => set.SetProperty(w => w.State, WorkerState.Gone), ct);
                if (changed == 1)
                    db.Events.Add(BoardEvent.OfWorker(EventTypes.WorkerGone, worker.Id, Actors.Board, now, new { host = worker.Host, heartbeatAt = worker.HeartbeatAt }));
            }
        }, ct);
    }
}
