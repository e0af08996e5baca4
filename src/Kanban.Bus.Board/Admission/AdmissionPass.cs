using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Admission;

/// <summary>One look at everything that is ready, and the offers that come of it. The only code that makes a run (P6).</summary>
/// <remarks>
/// One pass at a time over all replicas: the admission lock is held from the snapshot to the commit, so that no two spend the same unit.
/// Only admission adds to what is held; claims, ends and withdrawals that happen meanwhile can only free units.
/// </remarks>
public sealed class AdmissionPass(BoardDbContext db, SnapshotReader snapshots, IRunSaga saga, IOptions<AdmissionOptions> options)
{
    /// <param name="most">Most offers to make; null for a batch.</param>
    /// <returns>What was offered, to be announced; and whether another pass may find more.</returns>
    public Task<Result> RunAsync(CancellationToken ct, int? most = null) => db.InTransactionAsync(async () =>
    {
        await db.LockAsync(BoardLock.Admission, ct);
        var snapshot = await snapshots.ForPassAsync(ct);
        await WithdrawExcessAsync(Admit.Excess(snapshot), Actors.Board, ct);
        var decision = Admit.Decide(snapshot);
        await KeepAsync(snapshot.Order.Reservations, decision.Reservations, ct);
        var chosen = decision.Offers.Take(Math.Min(most ?? int.MaxValue, options.Value.BatchSize)).ToList();
        if (chosen.Count == 0)
            return Result.Nothing;

        // A hand may have moved a task since the snapshot: its row says so now that it is locked.
        var locked = await db.LockedTasks([.. chosen.Select(p => p.Task.Id)]).Select(t => new { Task = t, Now = BoardDbContext.Now() }).ToListAsync(ct);
        var tasks = locked.ToDictionary(t => t.Task.Id, t => t.Task);
        var now = locked.Max(t => t.Now);
        await DailyCeiling.SetAsideAsync(db, tasks.Values, lane => snapshot.Lanes[lane].MaxRunsPerDay, now, ct);
        var offers = new List<Offer>();
        var picks = new List<Pick>();
        foreach (var chose in chosen)
        {
            var (pick, draws) = chose;
            var task = tasks[pick.Id];
            if (task.Status is not Status.Ready || task.LiveRunId is not null || task.Archived
                || task.Lane != pick.Lane || task.RequirementSet != pick.RequirementSet || task.Draws != pick.Draws)
                continue;
            var run = new Run
            {
                CorrelationId = Guid.CreateVersion7(now),
                TaskId = task.Id,
                TaskKey = task.Key,
                Board = task.Board,
                Lane = pick.Lane,
                RequirementSet = task.RequirementSet,
                Draws = draws,
                FairKey = pick.FairKey,
                Number = ++task.RunCount,
                Retry = Retries.Are(task.FailedBy, task.LostOn),
                ReadyAt = task.ReadyAt ?? task.UpdatedAt,
                OfferedAt = now,
            };
            task.LiveRunId = run.CorrelationId;
            task.Touch(now);
            db.Runs.Add(run);
            db.Events.Add(BoardEvent.Of(EventTypes.RunOffered, run, Actors.Board, now, new { attempt = run.Number, queue = BusNames.LaneQueue(run.Lane, run.RequirementSet) }));
            if (snapshot.Lanes[run.Lane].Breaker is not null)
                await LaneBreakers.TryAsync(db, run, now, ct);
            offers.Add(new Offer(run.CorrelationId, run.TaskKey, run.Lane, run.RequirementSet, run.Number, task.Host, task.Needs));
            picks.Add(chose);
        }

        return new Result(offers, picks, decision.Offers.Count > chosen.Count);
    }, ct);

    /// <summary>Stores what is kept for whom from here on. Mostly nothing has changed.</summary>
    private async Task KeepAsync(IReadOnlyCollection<Reservation> before, IReadOnlyCollection<Reservation> after, CancellationToken ct)
    {
        if (before.Count == after.Count && before.ToHashSet().SetEquals(after))
            return;
        await db.Reservations.ExecuteDeleteAsync(ct);
        db.Reservations.AddRange(after.Select(r => new ReservationRow { Kind = r.Cap.Kind, Name = r.Cap.Name, TaskId = r.Holder.Id, Units = r.Units, Since = r.Since }));
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Takes back unclaimed offers for which caps have no room any more, in the transaction that changed a cap and holds the admission lock.</summary>
    public async Task WithdrawExcessAsync(string actor, CancellationToken ct)
    {
        await db.SaveChangesAsync(ct);
        await WithdrawExcessAsync(Admit.Excess(await snapshots.FrameAsync(ct)), actor, ct);
    }

    private async Task WithdrawExcessAsync(IReadOnlyList<(LiveRuns Offers, int Count, Wait Why)> excess, string actor, CancellationToken ct)
    {
        foreach (var (group, count, why) in excess)
        {
            // The last in line first.
            var ids = await db.Runs.Where(r => r.Live && r.State == nameof(RunState.Offered)
                    && r.Lane == group.Lane && r.Board == group.Board && r.RequirementSet == group.RequirementSet && r.Draws == group.Draws)
                .OrderByDescending(r => r.Task.TurnAt).ThenByDescending(r => r.TaskId).Take(count).Select(r => r.CorrelationId).ToListAsync(ct);
            var now = await db.NowAsync(ct);
            // A claim that comes first wins: its run is not offered any more when the lock is ours, and the saga leaves it alone.
            foreach (var run in (await db.LockRunsAsync(ids, ct)).Runs)
                await saga.SendAsync(new WithdrawOffer(run.CorrelationId, why.Reason, actor, now), ct);
        }
    }

    /// <summary>Takes back offers that nobody can claim any more or that a cap has no room for, so that the units they hold serve others. Their tasks say why they wait.</summary>
    public async Task WithdrawStrandedAsync(CancellationToken ct)
    {
        var seen = await snapshots.FrameAsync(ct);
        if (!Admit.Stranded(seen).Any() && Admit.Excess(seen).Count == 0)
            return;
        await db.InTransactionAsync(async () =>
        {
            await db.LockAsync(BoardLock.Admission, ct);
            var now = await db.NowAsync(ct);
            var frame = await snapshots.FrameAsync(ct);
            foreach (var group in Admit.Stranded(frame))
            {
                var ids = await db.Runs.Where(r => r.Live && r.State == nameof(RunState.Offered) && r.Lane == group.Lane && r.RequirementSet == group.RequirementSet)
                    .Select(r => r.CorrelationId).ToListAsync(ct);
                foreach (var run in (await db.LockRunsAsync(ids, ct)).Runs)
                    await saga.SendAsync(new WithdrawOffer(run.CorrelationId, "no worker that fits takes work any more", Actors.Board, now), ct);
            }

            await WithdrawExcessAsync(Admit.Excess(frame), Actors.Board, ct);
        }, ct);
    }

    public sealed record Result(IReadOnlyList<Offer> Offers, IReadOnlyList<Pick> Picks, bool More)
    {
        public static readonly Result Nothing = new([], [], false);
    }
}
