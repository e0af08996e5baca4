using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Artifacts;

/// <summary>Takes away what nobody needs any more: files of tasks that ended long ago, uploads that never ended, bytes that no row names.</summary>
internal sealed class ArtifactSweep(BoardDbContext db, ArtifactStore store, IOptions<ArtifactOptions> options, TimeProvider clock)
{
    private const int AtATime = 500;

    /// <summary>An upload that has not moved for so long is dropped, and bytes may be without a row for so long.</summary>
    private static readonly TimeSpan Orphaned = TimeSpan.FromDays(1);

    /// <summary>A little less than the time between two sweeps of a replica, so that clocks which differ don't skip one.</summary>
    private static readonly TimeSpan Every = ArtifactSweeper.Every - TimeSpan.FromMinutes(5);

    /// <returns>Rows and files removed; none where another replica has swept lately.</returns>
    public async Task<(int Rows, int Files)> RunInTurnAsync(CancellationToken ct) =>
        await db.TakeTurnAsync(Turn.Files, Every, ct) ? await RunAsync(ct) : (0, 0);

    /// <returns>Rows and files removed.</returns>
    public async Task<(int Rows, int Files)> RunAsync(CancellationToken ct)
    {
        var rows = 0;
        for (int some; (some = await ExpireAsync(ct)) > 0;)
            rows += some;
        return (rows + await DropUnfinishedAsync(ct), await DropUnnamedAsync(ct));
    }

    private Task<int> ExpireAsync(CancellationToken ct) => db.InTransactionAsync(async () =>
    {
        db.ChangeTracker.Clear();
        var now = await db.NowAsync(ct);
        var before = now - options.Value.Keep;
        var ended = await db.Artifacts.Where(a => a.StoredAt < before)
            .Join(db.Tasks, a => a.TaskId, t => t.Id, (a, t) => new { Artifact = a, Task = t })
            .Where(x => x.Task.EndedAt < before).OrderBy(x => x.Artifact.Id).Take(AtATime).ToListAsync(ct);
        foreach (var (artifact, task) in ended.Select(x => (x.Artifact, x.Task)))
        {
            db.Artifacts.Remove(artifact);
            db.Events.Add(BoardEvent.Of(EventTypes.ArtifactDropped, task, Actors.Board, now,
                new { name = artifact.Name, kind = artifact.Kind, reason = $"its task ended before {before:u} (Artifacts:Keep)" }, artifact.RunId));
        }
        await db.SaveChangesAsync(ct);
        return ended.Count;
    }, ct);

    private async Task<int> DropUnfinishedAsync(CancellationToken ct)
    {
        var before = await db.NowAsync(ct) - Orphaned;
        return await db.Artifacts.Where(a => a.StoredAt == null && a.DeclaredAt < before).ExecuteDeleteAsync(ct);
    }

    private async Task<int> DropUnnamedAsync(CancellationToken ct)
    {
        var before = clock.GetUtcNow() - Orphaned;
        var removed = 0;
        foreach (var uploads in store.OlderUploads(before).Chunk(AtATime))
        {
            var going = await db.Artifacts.Where(a => uploads.Contains(a.Id)).Select(a => a.Id).ToListAsync(ct);
            foreach (var upload in uploads.Except(going))
            {
                store.Forget(upload);
                removed++;
            }
        }
        await foreach (var hashes in store.OlderAsync(before, ct).Chunk(AtATime))
        {
            removed += await store.RemoveAsync(hashes, before,
                async () => [.. await db.Artifacts.Where(a => hashes.Contains(a.Sha256!)).Select(a => a.Sha256!).ToListAsync(ct)], ct);
        }
        return removed;
    }
}
