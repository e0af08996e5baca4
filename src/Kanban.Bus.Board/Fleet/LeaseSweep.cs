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

    /// <param name="Now">The database's clock.</param>
    /// <param name="FirstEnd">When the first lease ends; null when none is live.</param>
    /// <param name="FirstBeat">The oldest last heartbeat of a live worker; null when there is none.</param>
    public sealed record Look(DateTimeOffset Now, DateTimeOffset? FirstEnd, DateTimeOffset? FirstBeat);

    /// <summary>What there is to wait for. A lease that is granted or renewed after it ends no earlier than a full term from then.</summary>
    public Task<Look> LookAsync(CancellationToken ct) => db.Set<Look>().FromSql(
        $"""
        SELECT kanban_now() AS now,
            (SELECT min(expires_at) FROM leases) AS first_end,
            (SELECT min(heartbeat_at) FROM workers WHERE state = 'live') AS first_beat
        """).SingleAsync(ct);

    /// <summary>Acts on what was due at the time of the look. However much later it comes to it, nothing that ended since is touched: this process may have stood still between.</summary>
    /// <returns>How many runs were lost.</returns>
    public async Task<int> RunAsync(Look look, CancellationToken ct)
    {
        var lost = 0;
        if (look.FirstEnd < look.Now)
        {
            var ended = await db.Leases.AsNoTracking().Where(l => l.ExpiresAt < look.Now).OrderBy(l => l.RunId).Select(l => l.RunId).Take(Most).ToListAsync(ct);
            lost = await db.InTransactionAsync(() => ReclaimAsync(ended, look.Now, ct), ct);
        }
        if (look.FirstBeat < look.Now - options.Value.Duration)
            await NoteSilentWorkersAsync(look.Now, ct);
        return lost;
    }

    private async Task<int> ReclaimAsync(IReadOnlyList<Guid> ended, DateTimeOffset seen, CancellationToken ct)
    {
        var (runs, now) = await db.LockRunsAsync(ended, ct);
        var lost = 0;
        foreach (var run in runs)
        {
            // Read again under the lock: a heartbeat that came first has saved it.
            if (db.Leases.Local.FindEntry(run.CorrelationId)?.Entity is not { } lease || lease.ExpiresAt >= seen)
                continue;
            await saga.SendAsync(new LoseRun(run.CorrelationId, $"no heartbeat from worker {run.WorkerId} since {lease.RenewedAt:HH:mm:ss} UTC", now), ct);
            lost++;
        }

        return lost;
    }

    private Task NoteSilentWorkersAsync(DateTimeOffset now, CancellationToken ct) => db.InTransactionAsync(async () =>
    {
        var deadline = now - options.Value.Duration;
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
