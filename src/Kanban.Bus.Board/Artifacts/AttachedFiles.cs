using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Artifacts;

/// <summary>What runs of tasks find in the folder <c>attachments</c> of their workspaces.</summary>
internal static class AttachedFiles
{
    /// <summary>Of each of these tasks, by name.</summary>
    public static async Task<ILookup<Guid, AttachedFile>> AttachedAsync(this BoardDbContext db, IReadOnlyCollection<Guid> taskIds, CancellationToken ct)
    {
        var rows = await db.Artifacts.AsNoTracking().Where(a => taskIds.Contains(a.TaskId) && a.RunId == null && a.StoredAt != null)
            .OrderBy(a => a.Name).Select(a => new { a.TaskId, a.Id, a.Name, a.SizeBytes, a.Sha256 }).ToListAsync(ct);
        return rows.ToLookup(a => a.TaskId, a => new AttachedFile(a.Id, a.Name, a.SizeBytes, a.Sha256!));
    }
}
