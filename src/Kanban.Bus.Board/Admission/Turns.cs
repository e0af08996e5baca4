using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Admission;

/// <summary>When a ready task's turn comes: since when it is ready, less its priority in steps. So priority ages, and nothing has to be written again for it.</summary>
/// <remarks>
/// The bound (P9): a task passes one that was ready before it only if the difference of their priorities times <c>Admission:AgeingStep</c> is more than the time between them.
/// Within one step fair keys take turns, which adds a step at most.
/// </remarks>
public sealed class Turns(IOptions<AdmissionOptions> options)
{
    private const int AtOnce = 1_000;

    /// <summary>Gives a task that is about to be saved its place.</summary>
    public void Set(EntityEntry<KanbanTask> entry)
    {
        var task = entry.Entity;
        entry.Property(nameof(KanbanTask.TurnAt)).CurrentValue = Of(task.ReadyAt, task.Priority);
        entry.Property(nameof(KanbanTask.AdmissionGroup)).CurrentValue = GroupOf(task.Board, task.Draws, task.Labels, task.CreatedBy);
    }

    /// <summary>Gives every ready task the place that it has by these settings, since other settings may have held when it was saved. For the start: who is restarted last has the last word.</summary>
    /// <returns>How many had another place.</returns>
    public async Task<int> SettleAsync(BoardDbContext db, CancellationToken ct)
    {
        var stale = new List<Guid>();
        var ready = db.Tasks.AsNoTracking().Where(t => t.Status == Status.Ready)
            .Select(t => new { t.Id, t.ReadyAt, t.Priority, t.TurnAt, t.AdmissionGroup, t.Board, t.Draws, t.Labels, t.CreatedBy }).AsAsyncEnumerable();
        await foreach (var task in ready.WithCancellation(ct))
            if (task.TurnAt != Of(task.ReadyAt, task.Priority) || task.AdmissionGroup != GroupOf(task.Board, task.Draws, task.Labels, task.CreatedBy))
                stale.Add(task.Id);
        foreach (var some in stale.Chunk(AtOnce))
            await db.InTransactionAsync(async () =>
            {
                foreach (var task in await db.LockTasksAsync(some, ct))
                    Set(db.Entry(task));
            }, ct);
        return stale.Count;
    }

    private DateTimeOffset? Of(DateTimeOffset? readyAt, int priority) => readyAt - TimeSpan.FromTicks(options.Value.AgeingStep.Ticks * priority);

    private string GroupOf(string board, string draws, string labels, string createdBy) =>
        AdmissionGroup.Of(board, draws, labels, createdBy, options.Value.FairBetween).ToString();
}
