using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Tasks;

/// <summary>PUT and DELETE /tasks/{key}/parents/{parentKey} — 200 the child, linked or unlinked, also when it was so before; 404, 409 a cycle, or the child has started.</summary>
public static class LinkTasks
{
    public static void Map(RouteGroupBuilder tasks)
    {
        tasks.MapPut("/{key}/parents/{parentKey}", Link)
            .WithName("linkParent").WithSummary("Let a task wait until another one is done.")
            .ProducesProblem(404).ProducesProblem(409);
        tasks.MapDelete("/{key}/parents/{parentKey}", Unlink)
            .WithName("unlinkParent").WithSummary("Let a task wait no more for another one.")
            .ProducesProblem(404).ProducesProblem(409);
    }

    internal static Task<Results<Ok<TaskView>, ProblemHttpResult>> Link(
        string key, string parentKey, BoardDbContext db, IRunSaga saga, ClaimsPrincipal user, CancellationToken ct) =>
        ChangeAsync(key, parentKey, db, saga, user, LinkAsync, ct);

    internal static Task<Results<Ok<TaskView>, ProblemHttpResult>> Unlink(
        string key, string parentKey, BoardDbContext db, IRunSaga saga, ClaimsPrincipal user, CancellationToken ct) =>
        ChangeAsync(key, parentKey, db, saga, user, UnlinkAsync, ct);

    private static async Task<ProblemHttpResult?> LinkAsync(TaskChange change, KanbanTask parent, TaskLink? link)
    {
        var (db, child) = (change.Db, change.Task);
        if (link is not null)
            return null;
        if (child.Id == parent.Id)
            return Problems.Conflict("cycle", $"Task {child.Key} can't wait for itself.");
        if (await Graph.CycleAsync(db, parent.Id, child.Id, change.Ct) is { } cycle)
            return Problems.Conflict("cycle", $"Task {child.Key} can't wait for {parent.Key}: that closes the cycle {cycle}.");
        if (child.Archived)
            return TaskChange.Refuse($"Task {child.Key} is archived: restore it first.");
        if (parent.Status is not Status.Done && (child.HasEnded || child.Status is Status.Running))
            return TaskChange.Refuse($"Task {child.Key} is {Words.Of(child.Status)}: it can't wait for {parent.Key} any more, which is {Words.Of(parent.Status)}.");

        db.TaskLinks.Add(new TaskLink { ParentId = parent.Id, ChildId = child.Id });
        child.Touch(change.Now);
        change.Note(EventTypes.TaskLinked, new { parent = parent.Key });
        await db.SaveChangesAsync(change.Ct);
        if (parent.Status is not Status.Done && Dependencies.CouldStart(child))
            await change.HoldAsync($"{child.Key} waits for {parent.Key} now");
        return null;
    }

    private static async Task<ProblemHttpResult?> UnlinkAsync(TaskChange change, KanbanTask parent, TaskLink? link)
    {
        if (link is null)
            return null;
        change.Db.TaskLinks.Remove(link);
        change.Task.Touch(change.Now);
        change.Note(EventTypes.TaskUnlinked, new { parent = parent.Key });
        await change.Db.SaveChangesAsync(change.Ct);
        if (change.Task.Status is Status.Todo)
            await change.SettleAsync();
        return null;
    }

    /// <summary>The frame of both: one change of the graph at a time, both tasks locked, so that neither ends nor starts meanwhile.</summary>
    private static async Task<Results<Ok<TaskView>, ProblemHttpResult>> ChangeAsync(
        string key, string parentKey, BoardDbContext db, IRunSaga saga, ClaimsPrincipal user,
        Func<TaskChange, KanbanTask, TaskLink?, Task<ProblemHttpResult?>> work, CancellationToken ct)
    {
        var ids = await db.FindTaskIdsAsync([key, parentKey], ct);
        foreach (var given in new[] { key, parentKey })
            if (!ids.ContainsKey(given))
                return await db.NoTaskAsync(given, ct);
        return await db.InTransactionAsync<Results<Ok<TaskView>, ProblemHttpResult>>(async () =>
        {
            await db.LockAsync(BoardLock.Graph, ct);
            var tasks = (await db.LockTasksAsync(ids.Values, ct)).ToDictionary(t => t.Id);
            var (child, parent) = (tasks[ids[key]], tasks[ids[parentKey]]);
            var change = new TaskChange(db, saga, child, user.Actor(), await db.NowAsync(ct), ct);
            var link = await db.TaskLinks.SingleOrDefaultAsync(l => l.ChildId == child.Id && l.ParentId == parent.Id, ct);
            if (await work(change, parent, link) is { } refused)
            {
                db.ChangeTracker.Clear();
                return refused;
            }

            await db.SaveChangesAsync(ct);
            return TypedResults.Ok(await TaskViews.OfAsync(db, child, ct));
        }, ct);
    }
}
