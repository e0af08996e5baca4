using System.Security.Claims;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Tasks;

/// <summary>POST /tasks/{key}/move — 200 moved, or there already; 404, 409 the move is not allowed.</summary>
public static class MoveTaskEndpoint
{
    public static void Map(RouteGroupBuilder tasks) => tasks.MapPost("/{key}/move", Handle)
        .WithName("MoveTask").WithSummary("Put a task into another column.")
        .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);

    internal static async Task<Results<Ok<TaskView>, ProblemHttpResult>> Handle(
        string key, MoveTask request, TaskChanges changes, ClaimsPrincipal user, CancellationToken ct)
    {
        if (Reasons.WhyNot(request.Reason) is { } invalid)
            return invalid;
        return await changes.ApplyAsync(key, user, change => MoveAsync(change, request), ct);
    }

    private static async Task<ProblemHttpResult?> MoveAsync(TaskChange change, MoveTask request)
    {
        var (task, target) = (change.Task, request.Status);
        if (task.WhyNotMoveTo(target) is { } refusal)
            return TaskChange.Refuse(refusal);
        if (task.Status == target && target is not Status.Todo)
        {
            if (request.Reason is not null && request.Reason != task.Reason)
                ChangeReason(change, request.Reason);
            return null;
        }

        var held = await change.IsHeldAsync();
        switch (target)
        {
            case Status.Todo when task.Status is Status.Todo && held:
                return null;
            case Status.Todo when task.Status is Status.Ready && !held:
                return TaskChange.Refuse($"Task {task.Key} has no parent to wait for, so it stays ready: move it to scheduled to park it.");
            case Status.Todo:
                // Asked to wait, it waits for what there is to wait for: parents, time, room.
                await change.ReleaseAsync(request.Reason);
                return null;
            case Status.Ready when held:
                return TaskChange.Refuse($"Task {task.Key} can't be ready: it waits for {await ParentsAsync(change)}.");
            // A person who says "ready" means now, and one who parks a task whose time has passed means until they say so.
            case Status.Ready:
            case Status.Scheduled when task.NotBefore <= change.Now:
                task.NotBefore = null;
                break;
        }

        await change.EnterAsync(target, request.Reason);
        return null;
    }

    /// <summary>The task is where it should be; only why has changed.</summary>
    internal static void ChangeReason(TaskChange change, string reason)
    {
        change.Note(EventTypes.TaskEdited, new { reason = new { from = change.Task.Reason, to = reason } });
        change.Task.Reason = reason;
        change.Task.Touch(change.Now);
    }

    private static async Task<string> ParentsAsync(TaskChange change)
    {
        var holding = await change.Db.TaskLinks.Where(l => l.ChildId == change.Task.Id && l.Parent.Status != Status.Done)
            .OrderBy(l => l.ParentId).Select(l => new { l.Parent.Board, l.Parent.Number, l.Parent.Status }).Take(4).ToListAsync(change.Ct);
        var names = string.Join(", ", holding.Take(3).Select(p => $"{KanbanTask.KeyOf(p.Board, p.Number)} ({Words.Of(p.Status)})"));
        return holding.Count > 3 ? names + " and others" : names;
    }
}
