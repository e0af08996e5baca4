using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Admission;

/// <summary>One look at everything that is ready, and the offers that come of it. The only code that makes a run (P6).</summary>
/// <remarks>
/// One pass at a time over all replicas: the admission lock is held from the snapshot to the commit, so that no two spend the same unit.
/// Only admission adds to what is held; claims, ends and withdrawals that happen meanwhile can only free units.
/// </remarks>
public sealed class AdmissionPass(BoardDbContext db, SnapshotReader snapshots, IOptions<AdmissionOptions> options)
{
    /// <returns>What was offered, to be published; and whether another pass may find more.</returns>
    public Task<Result> RunAsync(CancellationToken ct) => db.InTransactionAsync(async () =>
    {
        await db.LockAsync(BoardLock.Admission, ct);
        var decision = Admit.Decide(await snapshots.ForPassAsync(ct));
        var chosen = decision.Offers.Take(options.Value.BatchSize).ToList();
        if (chosen.Count == 0)
            return Result.Nothing;

        // A hand may have moved a task since the snapshot: its row says so now that it is locked.
        var tasks = (await db.LockTasksAsync([.. chosen.Select(t => t.Id)], ct)).ToDictionary(t => t.Id);
        var now = await db.NowAsync(ct);
        var offers = new List<Offer>();
        foreach (var pick in chosen)
        {
            var task = tasks[pick.Id];
            if (task.Status is not Status.Ready || task.LiveRunId is not null || task.Archived || task.Lane != pick.Lane || task.RequirementSet != pick.RequirementSet)
                continue;
            var run = new Run
            {
                CorrelationId = Guid.CreateVersion7(now),
                TaskId = task.Id,
                TaskKey = task.Key,
                Board = task.Board,
                Lane = pick.Lane,
                RequirementSet = task.RequirementSet,
                Number = ++task.RunCount,
                OfferedAt = now,
            };
            task.LiveRunId = run.CorrelationId;
            task.Touch(now);
            db.Runs.Add(run);
            db.Events.Add(BoardEvent.Of(EventTypes.RunOffered, run, Actors.Board, now, new { attempt = run.Number, queue = BusNames.LaneQueue(run.Lane, run.RequirementSet) }));
            offers.Add(new Offer(run.CorrelationId, run.TaskKey, run.Lane, run.RequirementSet, run.Number, task.Host, task.Needs));
        }

        return new Result(offers, decision.Offers.Count > chosen.Count);
    }, ct);

    public sealed record Result(IReadOnlyList<Offer> Offers, bool More)
    {
        public static readonly Result Nothing = new([], false);
    }
}
