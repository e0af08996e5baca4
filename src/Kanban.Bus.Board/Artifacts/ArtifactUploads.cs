using System.Globalization;
using Kanban.Bus.Board.Alarms;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Artifacts;

/// <summary>Whose file it is: a run's, good while its lease lives, or a task's.</summary>
internal sealed record ArtifactOwner(Guid TaskId, Guid? RunId, long FencingToken, string Actor);

/// <summary>Files announced, uploaded piece by piece, and stored. What is announced counts: bounds are passed before the first byte comes.</summary>
internal sealed class ArtifactUploads(BoardDbContext db, ArtifactStore store, IOptions<ArtifactOptions> options)
{
    public async Task<Results<Ok<ArtifactUpload>, ProblemHttpResult>> DeclareAsync(ArtifactOwner owner, DeclareArtifact asked, CancellationToken ct)
    {
        if (Invalid(owner, asked) is { } invalid)
            return invalid;
        if (!store.HasRoomFor(asked.SizeBytes))
        {
            var sentence = $"The board's disk has no room for {Bytes(asked.SizeBytes)} more.";
            await db.InTransactionAsync(async () => await db.RaiseAlarmAsync(AlarmKind.NoRoom, "artifacts", sentence, await db.NowAsync(ct), ct), ct);
            return Problems.Of(507, "no-room", sentence);
        }
        var (refused, artifact) = await db.InTransactionAsync(() => DeclareLockedAsync(owner, asked, ct), ct);
        return refused is not null ? refused : Answer(artifact!);
    }

    /// <param name="piece">Read to its end, or as far as it comes: what is written of a piece that was cut off stays.</param>
    public async Task<Results<Ok<ArtifactUpload>, Conflict<ArtifactUpload>, ProblemHttpResult>> WriteAsync(
        ArtifactOwner owner, Guid id, long offset, Stream piece, CancellationToken ct)
    {
        if (await FindAsync(owner, id, ct) is not { } artifact)
            return Problems.NotFound("upload", id.ToString());
        if (artifact.StoredAt is not null)
            return Answer(artifact);
        if (offset < 0)
            return Problems.Invalid("offset", $"'offset' is {offset}; allowed is 0 and up.");
        var next = await store.WriteAsync(id, offset, artifact.SizeBytes, piece, ct);
        return next switch
        {
            null => Problems.TooLarge("", $"'{artifact.Name}' was announced with {Bytes(artifact.SizeBytes)}; this piece goes beyond."),
            { } at when at < offset => TypedResults.Conflict(new ArtifactUpload(id, artifact.Name, at, false)),
            { } at => TypedResults.Ok(new ArtifactUpload(id, artifact.Name, at, false)),
        };
    }

    public async Task<Results<Ok<ArtifactUpload>, Conflict<ArtifactUpload>, ProblemHttpResult>> CommitAsync(ArtifactOwner owner, Guid id, CancellationToken ct)
    {
        if (await FindAsync(owner, id, ct) is not { } artifact)
            return Problems.NotFound("upload", id.ToString());
        if (artifact.StoredAt is not null)
            return Answer(artifact);
        if (artifact.SizeBytes > store.Received(id))
            return TypedResults.Conflict(new ArtifactUpload(id, artifact.Name, store.Received(id), false));
        var (hash, head) = await store.SealAsync(id, ct);
        if (artifact.Sha256 is { } announced && announced != hash)
        {
            store.Forget(id);
            return Problems.Unprocessable("hash-mismatch", $"'{artifact.Name}' has the SHA-256 {hash}, not {announced} as announced. What was uploaded is dropped: send it again.");
        }
        await store.KeepAsync(id, hash, ct);
        var (refused, stored) = await db.InTransactionAsync(() => CommitLockedAsync(owner, id, hash, ContentKind.Of(head), ct), ct);
        return refused is not null ? refused : Answer(stored!);
    }

    private async Task<(ProblemHttpResult? Refused, Artifact? Artifact)> DeclareLockedAsync(ArtifactOwner owner, DeclareArtifact asked, CancellationToken ct)
    {
        if (await LockAsync(owner, ct) is { } lost)
            return (lost, null);
        var named = await Of(owner).SingleOrDefaultAsync(a => a.Name == asked.Name, ct);
        var hash = asked.Sha256?.ToLowerInvariant();
        if (named is { StoredAt: not null } && named.SizeBytes == asked.SizeBytes && named.Sha256 == hash)
            return (null, named);
        if (await OverBoundAsync(owner, asked, named, ct) is { } over)
            return (over, null);
        var now = await db.NowAsync(ct);
        if (named is { StoredAt: null } begun && begun.SizeBytes == asked.SizeBytes && begun.Sha256 == hash)
        {
            begun.DeclaredAt = now;
            await db.SaveChangesAsync(ct);
            return (null, begun);
        }
        if (named is not null)
        {
            store.Forget(named.Id);
            db.Artifacts.Remove(named);
            await db.SaveChangesAsync(ct);
        }
        var fresh = new Artifact
        {
            Id = Guid.CreateVersion7(now),
            TaskId = owner.TaskId,
            RunId = owner.RunId,
            Name = asked.Name,
            SizeBytes = asked.SizeBytes,
            Sha256 = hash,
            By = owner.Actor,
            DeclaredAt = now,
        };
        db.Artifacts.Add(fresh);
        await db.SaveChangesAsync(ct);
        return (null, fresh);
    }

    private async Task<(ProblemHttpResult? Refused, Artifact? Artifact)> CommitLockedAsync(ArtifactOwner owner, Guid id, string hash, string kind, CancellationToken ct)
    {
        if (await LockAsync(owner, ct) is { } lost)
            return (lost, null);
        if (await Of(owner).SingleOrDefaultAsync(a => a.Id == id, ct) is not { } artifact)
            return (Problems.NotFound("upload", id.ToString()), null);
        if (artifact.StoredAt is not null)
            return (null, artifact);
        var now = await db.NowAsync(ct);
        (artifact.Sha256, artifact.ContentType, artifact.StoredAt) = (hash, kind, now);
        var task = await db.Tasks.AsNoTracking().SingleAsync(t => t.Id == owner.TaskId, ct);
        db.Events.Add(BoardEvent.Of(EventTypes.ArtifactStored, task, owner.Actor, now,
            new { name = artifact.Name, kind = artifact.Kind, sizeBytes = artifact.SizeBytes, sha256 = hash }, owner.RunId));
        await db.SaveChangesAsync(ct);
        return (null, artifact);
    }

    /// <summary>Holds the task's row: with it, no lease of the task begins or ends.</summary>
    private async Task<ProblemHttpResult?> LockAsync(ArtifactOwner owner, CancellationToken ct)
    {
        await db.LockTasksAsync([owner.TaskId], ct);
        return owner.RunId is { } run && !await db.Leases.AnyAsync(l => l.RunId == run && l.FencingToken == owner.FencingToken, ct)
            ? Problems.Conflict("lease-lost", "The run no longer holds its lease; it can store nothing more.")
            : null;
    }

    private async Task<ProblemHttpResult?> OverBoundAsync(ArtifactOwner owner, DeclareArtifact asked, Artifact? replaced, CancellationToken ct)
    {
        var bounds = options.Value;
        var instead = replaced?.Id ?? Guid.Empty;
        var own = await Of(owner).Where(a => a.Id != instead).GroupBy(_ => 1).Select(g => new { Files = g.Count(), Bytes = g.Sum(a => a.SizeBytes) }).SingleOrDefaultAsync(ct);
        var ofTask = await db.Artifacts.Where(a => a.TaskId == owner.TaskId && a.Id != instead).SumAsync(a => a.SizeBytes, ct);
        var whose = owner.RunId is null ? "task" : "run";
        if (own?.Files >= bounds.MaxFiles)
            return TooMuch($"This {whose} has {own.Files} files, as many as are allowed (Artifacts:MaxFiles).");
        if (owner.RunId is not null && (own?.Bytes ?? 0) + asked.SizeBytes > bounds.MaxBytesPerRun)
            return TooMuch($"'{asked.Name}' has {Bytes(asked.SizeBytes)}; with the run's {Bytes(own?.Bytes ?? 0)} it would pass the {Bytes(bounds.MaxBytesPerRun)} allowed (Artifacts:MaxBytesPerRun).");
        if (ofTask + asked.SizeBytes > bounds.MaxBytesPerTask)
            return TooMuch($"'{asked.Name}' has {Bytes(asked.SizeBytes)}; with the task's {Bytes(ofTask)} it would pass the {Bytes(bounds.MaxBytesPerTask)} allowed (Artifacts:MaxBytesPerTask).");
        return null;
    }

    private ProblemHttpResult? Invalid(ArtifactOwner owner, DeclareArtifact asked)
    {
        if (ArtifactRules.WhyNot(asked.Name, folders: owner.RunId is not null) is { } fault)
            return Problems.Invalid("/name", $"{fault} Given was '{Tasks.TaskRules.Shown(asked.Name)}'.");
        if (asked.SizeBytes < 0)
            return Problems.Invalid("/sizeBytes", $"'sizeBytes' is {asked.SizeBytes}; allowed is 0 and up.");
        if (asked.Sha256 is { } hash && (hash.Length != 64 || !hash.All(char.IsAsciiHexDigit)))
            return Problems.Invalid("/sha256", "'sha256' is 64 hexadecimal digits, or left out.");
        return asked.SizeBytes > options.Value.MaxFileBytes
            ? TooMuch($"'{asked.Name}' has {Bytes(asked.SizeBytes)}; a file has at most {Bytes(options.Value.MaxFileBytes)} (Artifacts:MaxFileBytes).")
            : null;
    }

    private Task<Artifact?> FindAsync(ArtifactOwner owner, Guid id, CancellationToken ct) => Of(owner).AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, ct);

    private IQueryable<Artifact> Of(ArtifactOwner owner) => db.Artifacts.Where(a => a.TaskId == owner.TaskId && a.RunId == owner.RunId);

    private Ok<ArtifactUpload> Answer(Artifact artifact) => TypedResults.Ok(new ArtifactUpload(
        artifact.Id, artifact.Name, artifact.StoredAt is null ? Math.Min(store.Received(artifact.Id), artifact.SizeBytes) : artifact.SizeBytes, artifact.StoredAt is not null));

    private static ProblemHttpResult TooMuch(string sentence) => Problems.TooLarge("", sentence);

    private static string Bytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes");
}
