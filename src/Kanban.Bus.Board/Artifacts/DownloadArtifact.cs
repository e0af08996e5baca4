using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace Kanban.Bus.Board.Artifacts;

/// <summary>
/// GET /tasks/{key}/artifacts/{id} — 200 the file, 206 a range of it, 404. GET …/preview — 200 the beginning of a text, or an image; 415 neither.
/// GET /runs/{runId}/attachments/{id} — the same for the run that is to find it in its workspace.
/// </summary>
public static class DownloadArtifact
{
    private const int PreviewTextBytes = 64 * 1024;
    private const long PreviewImageBytes = 5L << 20;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/tasks/{key}/artifacts/{id:guid}", Handle).WithName("DownloadArtifact").WithSummary("A file of a task, byte for byte.").WithTags("Tasks")
            .Produces(200, contentType: ContentKind.Other).ProducesProblem(404);
        api.MapGet("/tasks/{key}/artifacts/{id:guid}/preview", HandlePreview).WithName("PreviewArtifact").WithSummary("The first 64 KiB of a text, or an image of at most 5 MiB.").WithTags("Tasks")
            .Produces(200, contentType: ContentKind.Text).ProducesProblem(404).ProducesProblem(415);
        api.MapGet("/runs/{runId:guid}/attachments/{id:guid}", HandleOfRun).WithName("DownloadAttachment").WithSummary("An attachment of a run's task.").WithTags("Runs")
            .RequireAuthorization(Policies.RunHolder).Produces(200, contentType: ContentKind.Other).ProducesProblem(404);
    }

    internal static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> Handle(
        string key, Guid id, BoardDbContext db, ArtifactStore store, HttpResponse response, CancellationToken ct) =>
        await FindAsync(db, key, id, ct) is { } artifact ? await WholeAsync(artifact, store, response, ct) : NoFile(id);

    internal static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> HandleOfRun(
        Guid runId, Guid id, ClaimsPrincipal user, BoardDbContext db, ArtifactStore store, HttpResponse response, CancellationToken ct)
    {
        var task = user.TaskId();
        return await Stored(db).SingleOrDefaultAsync(a => a.Id == id && a.TaskId == task && a.RunId == null, ct) is { } artifact ? await WholeAsync(artifact, store, response, ct) : NoFile(id);
    }

    internal static async Task<Results<FileStreamHttpResult, FileContentHttpResult, ProblemHttpResult>> HandlePreview(
        string key, Guid id, BoardDbContext db, ArtifactStore store, HttpResponse response, CancellationToken ct)
    {
        if (await FindAsync(db, key, id, ct) is not { } artifact)
            return NoFile(id);
        Guard(response);
        if (ContentKind.IsImage(artifact.ContentType!) && artifact.SizeBytes <= PreviewImageBytes)
            return TypedResults.Stream(await store.OpenAsync(artifact.Sha256!, ct), artifact.ContentType);
        if (artifact.ContentType is not ContentKind.Text)
            return Problems.Of(415, "no-preview", $"'{artifact.Name}' is neither text nor an image of at most 5 MiB: download it.");
        await using var file = await store.OpenAsync(artifact.Sha256!, ct);
        var text = new byte[Math.Min(PreviewTextBytes, artifact.SizeBytes)];
        await file.ReadExactlyAsync(text, ct);
        return TypedResults.Bytes(text, "text/plain; charset=utf-8");
    }

    private static async Task<FileStreamHttpResult> WholeAsync(Artifact artifact, ArtifactStore store, HttpResponse response, CancellationToken ct)
    {
        Guard(response);
        return TypedResults.Stream(
            await store.OpenAsync(artifact.Sha256!, ct), ContentKind.Other, artifact.Name[(artifact.Name.LastIndexOf('/') + 1)..], artifact.StoredAt,
            new EntityTagHeaderValue($"\"{artifact.Sha256}\""), enableRangeProcessing: true);
    }

    /// <summary>A file is somebody's own: no browser may take it for a page of the board, whatever it holds.</summary>
    private static void Guard(HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        response.Headers.CacheControl = "private, no-cache";
    }

    private static async Task<Artifact?> FindAsync(BoardDbContext db, string key, Guid id, CancellationToken ct) =>
        (await db.FindTaskIdsAsync([key], ct)).TryGetValue(key, out var task) ? await Stored(db).SingleOrDefaultAsync(a => a.Id == id && a.TaskId == task, ct) : null;

    private static IQueryable<Artifact> Stored(BoardDbContext db) => db.Artifacts.AsNoTracking().Where(a => a.StoredAt != null);

    private static ProblemHttpResult NoFile(Guid id) => Problems.NotFound("file", id.ToString());
}
