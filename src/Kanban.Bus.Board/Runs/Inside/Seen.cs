using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Runs.Inside;

/// <summary>Which comments a run has had.</summary>
internal static class Seen
{
    /// <summary>What others said on a task that none of its runs has had yet, the oldest first.</summary>
    /// <param name="runId">The run that would read them; its own remarks are no news to it.</param>
    public static IQueryable<Comment> Unseen(this BoardDbContext db, Guid taskId, Guid runId) =>
        db.Comments.Where(c => c.TaskId == taskId && c.SeenAt == null && c.RunId != runId).OrderBy(c => c.Id);

    /// <summary>Takes down that the run has had them, once.</summary>
    public static async Task MarkSeenAsync(
        this BoardDbContext db, IReadOnlyCollection<Comment> comments, KanbanTask task, Guid runId, string actor, DateTimeOffset now, CancellationToken ct)
    {
        if (comments.Count == 0)
            return;
        var ids = comments.Select(c => c.Id).ToList();
        await db.Comments.Where(c => ids.Contains(c.Id) && c.SeenAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.SeenAt, now).SetProperty(c => c.SeenBy, actor), ct);
        db.Events.Add(BoardEvent.Of(EventTypes.TaskCommentsSeen, task, actor, now, new { comments = ids }, runId));
    }
}
