using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Tasks;

/// <summary>The frame around every change of one task by a person: find it, lock it, let the rule decide, save, answer.</summary>
public sealed class TaskChanges(BoardDbContext db, IRunSaga saga, TaskViews views)
{
    /// <param name="change">Null when it was done, else why not. A refusal leaves every row as it was.</param>
    public async Task<Results<Ok<TaskView>, ProblemHttpResult>> ApplyAsync(
        string key, ClaimsPrincipal user, Func<TaskChange, Task<ProblemHttpResult?>> change, CancellationToken ct)
    {
        var ids = await db.FindTaskIdsAsync([key], ct);
        return ids.TryGetValue(key, out var id)
            ? await ApplyAsync([id], async tasks => await change(await ChangeOfAsync(tasks[id], user, ct)), id, ct)
            : await db.NoTaskAsync(key, ct);
    }

    /// <summary>The same for a child and its parent: one change of the graph at a time, both rows locked, so that neither ends nor starts meanwhile.</summary>
    public async Task<Results<Ok<TaskView>, ProblemHttpResult>> ApplyToLinkAsync(
        string key, string parentKey, ClaimsPrincipal user, Func<TaskChange, KanbanTask, Task<ProblemHttpResult?>> change, CancellationToken ct)
    {
        var ids = await db.FindTaskIdsAsync([key, parentKey], ct);
        foreach (var given in new[] { key, parentKey })
            if (!ids.ContainsKey(given))
                return await db.NoTaskAsync(given, ct);
        var (child, parent) = (ids[key], ids[parentKey]);
        return await ApplyAsync(ids.Values, async tasks => await change(await ChangeOfAsync(tasks[child], user, ct), tasks[parent]), child, ct, BoardLock.Graph);
    }

    /// <param name="alone">The lock that the transaction takes before the rows'; null for none.</param>
    private async Task<Results<Ok<TaskView>, ProblemHttpResult>> ApplyAsync(
        IReadOnlyCollection<Guid> ids, Func<Dictionary<Guid, KanbanTask>, Task<ProblemHttpResult?>> change, Guid answered, CancellationToken ct, BoardLock? alone = null)
    {
        var (task, refused) = await db.InTransactionAsync(async () =>
        {
            if (alone is { } name)
                await db.LockAsync(name, ct);
            var tasks = (await db.LockTasksAsync(ids, ct)).ToDictionary(t => t.Id);
            var problem = await change(tasks);
            if (problem is not null)
                db.ChangeTracker.Clear();
            return (tasks[answered], problem);
        }, ct);
        return refused is not null ? refused : TypedResults.Ok(await views.OfAsync(task, ct));
    }

    private async Task<TaskChange> ChangeOfAsync(KanbanTask task, ClaimsPrincipal user, CancellationToken ct) =>
        new(db, saga, task, user.Actor(), await db.NowAsync(ct), ct);
}
