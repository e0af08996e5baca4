using System.Globalization;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Admission;

/// <summary>Why tasks that wait have not started, in words, for any number of tasks with a fixed number of reads.</summary>
public sealed class WaitReasons(BoardDbContext db, SnapshotReader snapshots, IOptions<AdmissionOptions> options)
{
    private const int Named = 5;

    /// <param name="frame">What admission would decide on, where the caller has read it; else it is read where a task needs it.</param>
    /// <returns>One entry for each task that waits; none for those that run or have ended.</returns>
    public async Task<IReadOnlyDictionary<Guid, Wait>> ForAsync(IReadOnlyCollection<KanbanTask> tasks, CancellationToken ct, Snapshot? frame = null)
    {
        var waits = new Dictionary<Guid, Wait>();
        var ready = new List<ReadyTask>();
        var todo = new List<Guid>();
        foreach (var task in tasks)
            if (ByItself(task) is { } wait)
                waits[task.Id] = wait;
            else if (task.Status is Status.Todo)
                todo.Add(task.Id);
            else if (task is { Status: Status.Ready, Lane: not null })
                ready.Add(SnapshotReader.Of(task));

        if (todo.Count > 0)
            await AddParentsAsync(todo, waits, ct);
        if (ready.Count > 0)
        {
            // As if they were first: behind nothing.
            var decision = Admit.Decide(await snapshots.WithBudgetsAsync((frame ?? await snapshots.FrameAsync(ct)) with { Ready = ready }, ct));
            foreach (var (id, wait) in decision.Waits)
                waits[id] = wait;
            foreach (var next in decision.Offers)
                waits[next.Task.Id] = new(WaitCode.Next, options.Value.ByHand
                    ? "there is room: it starts with a 'kanban dispatch', behind what is ahead of it (Admission:ByHand)"
                    : "there is room: it is offered within a moment, behind what is ahead of it");
        }

        return waits;
    }

    /// <summary>Why no live worker, or no pool, could ever take them as things are: one entry for each task that has yet to start and of which that is so.</summary>
    public static IReadOnlyDictionary<Guid, string> Warnings(IReadOnlyCollection<KanbanTask> tasks, Snapshot frame) => tasks
        .Where(t => t is { Lane: not null, LiveRunId: null, Archived: false, HasEnded: false } && t.Status is not Status.Review)
        .Select(t => (t.Id, Why: Admit.Never(frame, SnapshotReader.Of(t)))).Where(t => t.Why is not null).ToDictionary(t => t.Id, t => t.Why!);

    /// <summary>What its own row says. Null when parents or admission must be asked, or when it does not wait.</summary>
    private static Wait? ByItself(KanbanTask task)
    {
        if (task.Archived && !task.HasEnded)
            return new(WaitCode.Archived, "it is archived");
        return task.Status switch
        {
            Status.Triage => new(WaitCode.Triage, "it is in triage until a person moves it"),
            Status.Scheduled when task.NotBefore is { } at => new(WaitCode.NotBefore,
                string.Create(CultureInfo.InvariantCulture, $"waits until {at:yyyy-MM-dd HH:mm:ss} UTC{Because(task.Reason)}")),
            Status.Scheduled => new(WaitCode.Parked, $"it is parked{Because(task.Reason)}"),
            Status.Blocked => new(WaitCode.Blocked, $"it is blocked{Because(task.Reason)}"),
            Status.Review => new(WaitCode.Review, $"it waits for a verdict{Because(task.Reason)}"),
            Status.Ready when task.LiveRunId is not null => new(WaitCode.Offered, $"it is offered to lane {task.Lane} and waits for a worker to claim it"),
            _ => null,
        };
    }

    private async Task AddParentsAsync(List<Guid> todo, Dictionary<Guid, Wait> waits, CancellationToken ct)
    {
        var open = (await db.TaskLinks.AsNoTracking().Where(l => todo.Contains(l.ChildId) && l.Parent.Status != Status.Done)
                .OrderBy(l => l.Parent.CreatedAt).ThenBy(l => l.ParentId)
                .Select(l => new { l.ChildId, l.Parent.Board, l.Parent.Number, l.Parent.Status }).ToListAsync(ct))
            .ToLookup(l => l.ChildId);
        foreach (var id in todo)
        {
            var parents = open[id].ToList();
            if (parents.FirstOrDefault(p => p.Status is Status.Failed or Status.Cancelled) is { } dead)
                waits[id] = new(WaitCode.ParentFailed, $"parent {KanbanTask.KeyOf(dead.Board, dead.Number)} {(dead.Status is Status.Failed ? "failed" : "was cancelled")}: retry it, or unlink it");
            else if (parents.Count > 0)
                waits[id] = new(WaitCode.Parents, "waits for " + string.Join(", ", parents.Take(Named).Select(p => $"{KanbanTask.KeyOf(p.Board, p.Number)} ({Words.Of(p.Status)})"))
                    + (parents.Count > Named ? $" and {parents.Count - Named} more" : ""));
            else
                waits[id] = new(WaitCode.Next, "its parents are done: it becomes ready within a moment");
        }
    }

    private static string Because(string? reason) => reason is null ? "" : ": " + reason;
}
