using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Tasks;

/// <summary>One task in the hands of a person: its row is locked, and what is done to it is saved with its events.</summary>
public sealed class TaskChange(BoardDbContext db, IRunSaga saga, KanbanTask task, string actor, DateTimeOffset now, CancellationToken ct)
{
    public BoardDbContext Db => db;
    public KanbanTask Task => task;
    public string Actor => actor;
    public DateTimeOffset Now => now;
    public CancellationToken Ct => ct;

    /// <summary>Whether parents still hold it, read under its row's lock.</summary>
    public async Task<bool> IsHeldAsync() => (await db.HeldByParentsAsync([task.Id], ct)).Count > 0;

    /// <summary>Puts it where nothing but time, parents or room holds it.</summary>
    public async Task ReleaseAsync(string? reason)
    {
        var held = await IsHeldAsync();
        await MoveAsync(t => t.Release(!held, now, reason), reason);
    }

    /// <summary>Puts a task that waits or could start where it belongs, when what it waits for has changed.</summary>
    public async Task SettleAsync()
    {
        if (task.Status is not (Status.Todo or Status.Scheduled or Status.Ready))
            return;
        var held = await IsHeldAsync();
        if (task.WhereReleased(!held, now) != task.Status)
            await MoveAsync(t => t.Release(!held, now, t.Reason), $"{task.Key} was changed by {actor}");
    }

    public Task EnterAsync(Status status, string? reason) => MoveAsync(t => t.Enter(status, now, reason), reason);

    /// <summary>Changes its status and what hangs on that: its unclaimed offer is withdrawn, children are released or held again.</summary>
    private async Task MoveAsync(Action<KanbanTask> move, string? reason)
    {
        var from = task.Status;
        await WithdrawAsync(reason ?? $"{task.Key} was moved by {actor}");
        if (task.HasEnded || task.Status is Status.Blocked)
            task.ForgivenAt = now;
        move(task);
        db.Events.Add(BoardEvent.Moved(task, from, actor, now));
        // Children are looked at by other statements, which must see this row as it is now.
        await db.SaveChangesAsync(ct);
        if (task.Status is Status.Done && from is not Status.Done)
            await db.PromoteChildrenAsync([task.Id], actor, now, ct);
        else if (from is Status.Done && task.Status is not Status.Done)
            await db.HoldChildrenAsync(saga, task, actor, now, ct);
    }

    /// <summary>Puts it back to wait for its parents, though it could start.</summary>
    public Task HoldAsync(string reason) => db.HoldAsync(saga, task, reason, actor, now, ct);

    /// <summary>Takes back its offer, if one is out that nobody has claimed.</summary>
    public async Task WithdrawAsync(string reason)
    {
        if (task.LiveRunId is { } run && task.Status is not Status.Running)
            await saga.SendAsync(new WithdrawOffer(run, reason, actor, now), ct);
    }

    /// <summary>Asks its live run to stop; an unclaimed one ends at once.</summary>
    public Task StopAsync(Guid run, string reason) => saga.SendAsync(new StopRun(run, reason, actor, now), ct);

    public void Note(string type, object? data = null) => db.Events.Add(BoardEvent.Of(type, task, actor, now, data));

    /// <summary>409: the task's state does not allow it.</summary>
    public static ProblemHttpResult Refuse(string sentence) => Problems.Conflict("refused-by-state", sentence);
}
