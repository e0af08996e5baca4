using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Tasks;

/// <summary>What time and parents hold, and when they let go (P5).</summary>
public static class Dependencies
{
    /// <summary>Most tasks released in one transaction. The rest follow with the next look for what is due.</summary>
    public const int ReleaseLimit = 1_000;

    /// <summary>Releases the children that waited for these tasks alone. Call it after their new status is saved, in the same transaction.</summary>
    /// <remarks>
    /// A child's row is locked before its parents are read again, so of two parents that end at the same moment the later one releases it.
    /// At most <see cref="ReleaseLimit"/> children at once; after the commit <see cref="ReleaseFreeAsync"/> finds the others.
    /// </remarks>
    public static async Task PromoteChildrenAsync(
        this BoardDbContext db, IReadOnlyCollection<Guid> doneTaskIds, string actor, DateTimeOffset now, CancellationToken ct) =>
        await db.PromoteAsync(await db.WaitingChildrenAsync(doneTaskIds, ct), actor, now, ct);

    /// <summary>The first <see cref="ReleaseLimit"/> children of these tasks that wait for parents, whatever their parents' status.</summary>
    public static async Task<List<Guid>> WaitingChildrenAsync(this BoardDbContext db, IReadOnlyCollection<Guid> taskIds, CancellationToken ct) => taskIds.Count == 0 ? [] :
        await db.Tasks
            .Where(t => t.Status == Status.Todo && db.TaskLinks.Any(l => l.ChildId == t.Id && taskIds.Contains(l.ParentId)))
            .OrderByDescending(t => t.Priority).ThenBy(t => t.Id)
            .Select(t => t.Id).Take(ReleaseLimit).ToListAsync(ct);

    /// <summary><see cref="PromoteChildrenAsync"/> for who has found the children already.</summary>
    public static async Task PromoteAsync(this BoardDbContext db, List<Guid> children, string actor, DateTimeOffset now, CancellationToken ct)
    {
        await db.ReleaseAsync(children, actor, now, ct);
        db.HasMoreToRelease |= children.Count == ReleaseLimit;
    }

    /// <summary>Releases, in a transaction of its own, tasks whose time has come, <see cref="ReleaseLimit"/> at most. Several replicas may do it at once.</summary>
    /// <param name="now">The database's clock.</param>
    /// <returns>How many tasks moved.</returns>
    public static async Task<int> ReleaseDueAsync(this BoardDbContext db, DateTimeOffset now, CancellationToken ct) =>
        await db.ReleaseAllAsync(await db.Tasks
            .Where(t => t.Status == Status.Scheduled && t.NotBefore <= now)
            .OrderBy(t => t.NotBefore)
            .Select(t => t.Id).Take(ReleaseLimit).ToListAsync(ct), now, ct);

    /// <summary>Releases tasks that no parent holds any more and that no promotion has reached, <see cref="ReleaseLimit"/> in a transaction.</summary>
    /// <remarks>It looks at every task that waits for parents, so it is for seldom use, and takes several transactions' worth from one look.</remarks>
    /// <param name="now">The database's clock.</param>
    /// <returns>Whether there may be more.</returns>
    public static async Task<bool> ReleaseFreeAsync(this BoardDbContext db, DateTimeOffset now, CancellationToken ct)
    {
        var free = await db.Tasks
            .Where(t => t.Status == Status.Todo && !db.TaskLinks.Any(l => l.ChildId == t.Id && l.Parent.Status != Status.Done))
            .OrderByDescending(t => t.Priority).ThenBy(t => t.Id)
            .Select(t => t.Id).Take(5 * ReleaseLimit).ToListAsync(ct);
        foreach (var some in free.Chunk(ReleaseLimit))
            await db.ReleaseAllAsync([.. some], now, ct);
        return free.Count == 5 * ReleaseLimit;
    }

    /// <summary>Those of the tasks that a parent still holds, read as of this statement.</summary>
    public static async Task<HashSet<Guid>> HeldByParentsAsync(this BoardDbContext db, IReadOnlyCollection<Guid> taskIds, CancellationToken ct) =>
    [
        .. await db.TaskLinks
            .Where(l => taskIds.Contains(l.ChildId) && l.Parent.Status != Status.Done)
            .Select(l => l.ChildId).Distinct().ToListAsync(ct),
    ];

    /// <summary>Takes back what could start because of this parent, which is done no more: its children wait again, their unclaimed offers are withdrawn.</summary>
    /// <remarks>
    /// Call it after the parent's new status is saved, in the same transaction. Every child's row is locked, whatever it was when it was looked up: another
    /// transaction may be about to release it. Children that run or have ended stay as they are.
    /// </remarks>
    public static async Task HoldChildrenAsync(this BoardDbContext db, IRunSaga saga, KanbanTask parent, string actor, DateTimeOffset now, CancellationToken ct)
    {
        var ids = await db.TaskLinks.Where(l => l.ParentId == parent.Id).OrderBy(l => l.ChildId).Select(l => l.ChildId).ToListAsync(ct);
        foreach (var some in ids.Chunk(ReleaseLimit))
        {
            var children = (await db.LockTasksAsync(some, ct)).Where(CouldStart).ToList();
            await db.LockRunsAsync([.. children.Where(c => c.LiveRunId is not null).Select(c => c.LiveRunId!.Value)], ct);
            foreach (var child in children)
                await db.HoldAsync(saga, child, $"parent {parent.Key} is {Words.Of(parent.Status)} again", actor, now, ct);
        }
    }

    /// <summary>Whether nothing but room or time holds it. A task that a person parked has no time and stays parked.</summary>
    internal static bool CouldStart(KanbanTask task) => task.Status is Status.Ready || task is { Status: Status.Scheduled, NotBefore: not null };

    /// <summary>Puts a task that could start back to wait for its parents.</summary>
    internal static async Task HoldAsync(
        this BoardDbContext db, IRunSaga saga, KanbanTask task, string reason, string actor, DateTimeOffset now, CancellationToken ct)
    {
        if (task.LiveRunId is { } run)
            await saga.SendAsync(new WithdrawOffer(run, reason, actor, now), ct);
        var from = task.Status;
        task.Enter(Status.Todo, now, null);
        db.Events.Add(BoardEvent.Moved(task, from, actor, now));
    }

    private static Task<int> ReleaseAllAsync(this BoardDbContext db, List<Guid> taskIds, DateTimeOffset now, CancellationToken ct) =>
        taskIds.Count == 0 ? Task.FromResult(0) : db.InTransactionAsync(() => db.ReleaseAsync(taskIds, Actors.Board, now, ct), ct);

    private static async Task<int> ReleaseAsync(
        this BoardDbContext db, List<Guid> taskIds, string actor, DateTimeOffset now, CancellationToken ct)
    {
        if (taskIds.Count == 0)
            return 0;
        var tasks = await db.LockTasksAsync(taskIds, ct);
        var held = await db.HeldByParentsAsync(taskIds, ct);
        var moved = 0;
        foreach (var task in tasks)
        {
            var from = task.Status;
            var due = from is Status.Scheduled && task.NotBefore <= now;
            if (!due && (from is not Status.Todo || held.Contains(task.Id)))
                continue;
            task.Release(!held.Contains(task.Id), now);
            db.Events.Add(BoardEvent.Moved(task, from, actor, now));
            moved++;
        }
        return moved;
    }
}
