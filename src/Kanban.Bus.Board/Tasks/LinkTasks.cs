using System.Security.Claims;
using Kanban.Bus.Board.Hosting;
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
            .WithName("LinkParent").WithSummary("Let a task wait until another one is done.")
            .ProducesProblem(404).ProducesProblem(409);
        tasks.MapDelete("/{key}/parents/{parentKey}", Unlink)
            .WithName("UnlinkParent").WithSummary("Let a task wait no more for another one.")
            .ProducesProblem(404).ProducesProblem(409);
    }

    internal static Task<Results<Ok<TaskView>, ProblemHttpResult>> Link(
        string key, string parentKey, TaskChanges changes, ClaimsPrincipal user, CancellationToken ct) =>
        changes.ApplyToLinkAsync(key, parentKey, user, LinkAsync, ct);

    internal static Task<Results<Ok<TaskView>, ProblemHttpResult>> Unlink(
        string key, string parentKey, TaskChanges changes, ClaimsPrincipal user, CancellationToken ct) =>
        changes.ApplyToLinkAsync(key, parentKey, user, UnlinkAsync, ct);

    internal static async Task<ProblemHttpResult?> LinkAsync(TaskChange change, KanbanTask parent)
    {
        var (db, child) = (change.Db, change.Task);
        if (await FindAsync(change, parent) is not null)
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

    private static async Task<ProblemHttpResult?> UnlinkAsync(TaskChange change, KanbanTask parent)
    {
        if (await FindAsync(change, parent) is not { } link)
            return null;
        change.Db.TaskLinks.Remove(link);
        change.Task.Touch(change.Now);
        change.Note(EventTypes.TaskUnlinked, new { parent = parent.Key });
        await change.Db.SaveChangesAsync(change.Ct);
        if (change.Task.Status is Status.Todo)
            await change.SettleAsync();
        return null;
    }

    private static Task<TaskLink?> FindAsync(TaskChange change, KanbanTask parent) =>
        change.Db.TaskLinks.SingleOrDefaultAsync(l => l.ChildId == change.Task.Id && l.ParentId == parent.Id, change.Ct);
}
