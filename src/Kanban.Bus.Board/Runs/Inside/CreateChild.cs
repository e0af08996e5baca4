using System.Security.Claims;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Runs.Inside;

/// <summary>
/// POST /runs/{runId}/tasks — 201 a child of the run's task, 200 the same idempotency key and content again; 400, 404 a parent that the run does not reach,
/// 409 <c>lease-lost</c>, <c>stopping</c> or <c>too-many-children</c>, 413, 422.
/// </summary>
/// <remarks>The run's own task is always among its parents, so a child starts once that is done. Board and lane are those of the task unless told.</remarks>
internal static class CreateChild
{
    private const string ByRun = "run:";

    public static void Map(RouteGroupBuilder runs) => runs.MapPost("/tasks", Handle)
        .WithName("CreateChild").WithSummary("A run makes a child of its task, which starts once that is done.")
        .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(413).ProducesProblem(422);

    internal static async Task<Results<Created<TaskView>, Ok<TaskView>, ProblemHttpResult>> Handle(
        Guid runId, CreateTask request, ClaimsPrincipal user, BoardDbContext db, RunWrites writes, TaskCreation creation, TaskViews views, IOptions<RunsOptions> options, CancellationToken ct)
    {
        var (made, refused) = await writes.ApplyAsync(user, caller => MakeAsync(caller, request, db, creation, options.Value, ct), ct);
        if (refused is not null)
            return refused;
        var view = (await views.OfNewAsync([made!.Task], ct))[0];
        return made.IsNew ? TypedResults.Created($"/api/v1/tasks/{view.Key}", view) : TypedResults.Ok(view);
    }

    private static async Task<(CreatedTask?, ProblemHttpResult?)> MakeAsync(
        Caller caller, CreateTask asked, BoardDbContext db, TaskCreation creation, RunsOptions options, CancellationToken ct)
    {
        var task = caller.Task;
        if (caller.Run.StateName is RunState.Stopping)
            return (null, Problems.Conflict("stopping", $"This run of {task.Key} was asked to stop ({caller.Run.Reason}): it makes no more tasks."));
        var parents = asked.Parents?.Where(p => p is not null).Distinct().ToList() ?? [];
        if ((await db.ReachAsync(task.Id, parents, ct)).Refused is { } beyond)
            return (null, beyond);
        var mostPriority = Math.Max(0, task.Priority);
        if (asked.Priority > mostPriority)
            return (null, Problems.Invalid("/priority", $"'priority' of a child is at most that of its task, {mostPriority} here; given was {asked.Priority}."));

        var child = asked with
        {
            Board = asked.Board ?? task.Board,
            Lane = asked.Lane ?? (asked.Status is Status.Triage ? null : task.Lane),
            Parents = [.. parents.Append(task.Key).Distinct()],
            // Keys of people and of other tasks' runs are none of its business.
            IdempotencyKey = asked.IdempotencyKey is { } key ? $"{task.Key}/{key}" : null,
        };
        // What was made once is answered alike, whatever the bounds are by now.
        if (!await IsRepeatAsync(db, child, ct) && (await WrongLaneAsync(db, caller.Run.Lane, child.Lane, ct) ?? await TooManyAsync(db, task, options, ct)) is { } refused)
            return (null, refused);
        return await creation.CreateWithinAsync(child, caller.Actor, ct);
    }

    private static async Task<bool> IsRepeatAsync(BoardDbContext db, CreateTask child, CancellationToken ct) =>
        child.IdempotencyKey is { } key && await db.Tasks.AnyAsync(t => t.Board == child.Board && t.IdempotencyKey == key, ct);

    private static async Task<ProblemHttpResult?> WrongLaneAsync(BoardDbContext db, string own, string? asked, CancellationToken ct)
    {
        var allowed = ChildLanes.Split(await db.Lanes.Where(l => l.Name == own).Select(l => l.ChildLanes).SingleAsync(ct));
        return asked is null || allowed.Count == 0 || allowed.Contains(asked)
            ? null
            : Problems.Invalid("/lane", $"'lane' of a child of a run in lane {own} is one of {string.Join(", ", allowed)}; given was '{TaskRules.Shown(asked)}'.");
    }

    private static async Task<ProblemHttpResult?> TooManyAsync(BoardDbContext db, KanbanTask task, RunsOptions options, CancellationToken ct)
    {
        if (await db.TaskLinks.CountAsync(l => l.ParentId == task.Id, ct) >= options.MaxChildren)
            return Problems.Conflict("too-many-children", $"{task.Key} has {options.MaxChildren} children, the most that runs may give a task (Runs:MaxChildren).");
        return await GenerationAsync(db, task, options.MaxGenerations, ct) >= options.MaxGenerations
            ? Problems.Conflict("too-many-generations", $"{task.Key} is itself {options.MaxGenerations} generations of runs away from a task that a person made, the most there may be (Runs:MaxGenerations).")
            : null;
    }

    /// <summary>How many runs in a row made the tasks that led to this one: 0 for one that a person made. Counted no further than the bound.</summary>
    private static async Task<int> GenerationAsync(BoardDbContext db, KanbanTask task, int most, CancellationToken ct)
    {
        var (generation, maker) = (0, task.CreatedBy);
        while (generation < most && maker.StartsWith(ByRun, StringComparison.Ordinal) && maker.LastIndexOf('/') is var slash and > 0)
        {
            generation++;
            var parent = await db.FindTaskAsync(maker[ByRun.Length..slash], ct);
            maker = parent?.CreatedBy ?? "";
        }

        return generation;
    }
}
