using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Runs;

/// <summary>Takes up runs again that were given up for lost, when their worker comes back before anybody else has claimed their tasks.</summary>
/// <remarks>
/// A run that returns draws its units again, so this holds the admission lock as a pass does. Where a cap has no room left, the run is not
/// taken up: its worker ends it and its result is kept as late.
/// </remarks>
public sealed class RunResumption(BoardDbContext db, IRunSaga saga, SnapshotReader snapshots, IOptions<LeaseOptions> lease)
{
    /// <param name="held">What the worker holds and has no lease for.</param>
    /// <returns>How many were taken up.</returns>
    public async Task<int> ResumeAsync(string workerId, IReadOnlyList<HeldRun> held, CancellationToken ct)
    {
        var ids = held.Select(h => h.RunId).ToList();
        // Mostly there is nothing to take up, and that needs no lock.
        if (!await db.Runs.AnyAsync(r => ids.Contains(r.CorrelationId) && r.WorkerId == workerId && r.State == nameof(RunState.Lost) && !r.Reported, ct))
            return 0;
        return await db.InTransactionAsync(() => ResumeUnderLocksAsync(workerId, held.ToDictionary(h => h.RunId, h => h.FencingToken), ct), ct);
    }

    private async Task<int> ResumeUnderLocksAsync(string workerId, Dictionary<Guid, long> tokens, CancellationToken ct)
    {
        await db.LockAsync(BoardLock.Admission, ct);
        var now = await db.NowAsync(ct);
        var resumed = 0;
        foreach (var run in (await db.LockRunsAsync(tokens.Keys, ct)).Runs)
        {
            var lane = db.Lanes.Local.FindEntry(run.Lane)!.Entity;
            if (!run.CanBeResumed(workerId, tokens[run.CorrelationId], lane.OnDisconnect))
                continue;
            if (run.Task.LiveRunId is { } offered)
            {
                // Its unit goes to the run that returns. Nobody can claim it meanwhile: that takes the task's row.
                await saga.SendAsync(new WithdrawOffer(offered, $"run {run.Number} is back on worker {workerId}", "worker:" + workerId, now), ct);
                // One live run per task is an index: this one leaves it before the other enters.
                await db.SaveChangesAsync(ct);
            }
            else if (!await snapshots.HasRoomAsync(run, ct))
                continue;
            await saga.SendAsync(new ResumeRun(run.CorrelationId, lease.Value.Duration, now), ct);
            // The next one's room is counted with this one in it.
            await db.SaveChangesAsync(ct);
            resumed++;
        }

        return resumed;
    }
}
