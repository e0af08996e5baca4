using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kanban.Bus.Board.Artifacts;

/// <summary>
/// A run's artifacts and a task's attachments come the same way, in three steps: POST announces a file (200 where to go on; 413 over a bound, 507 no room), PUT brings
/// its pieces (200; 409 with the next byte that is wanted), POST …/commit stores it (200; 409 bytes are missing, or the lease is gone; 422 another SHA-256 than announced).
/// Each may be repeated.
/// </summary>
public static class UploadArtifact
{
    public static void Map(RouteGroupBuilder api)
    {
        var ofRun = api.MapGroup("/runs/{runId:guid}/artifacts").RequireAuthorization(Policies.RunHolder).WithTags("Runs");
        ofRun.MapPost("", DeclareOfRun).WithName("DeclareArtifact").WithSummary("A run announces a file that it is about to upload.").ProducesProblem(400).ProducesProblem(413).ProducesProblem(507);
        Piece(ofRun.MapPut("/{id:guid}", WriteOfRun)).WithName("UploadArtifact").WithSummary("The next piece of a run's file.");
        ofRun.MapPost("/{id:guid}/commit", CommitOfRun).WithName("CommitArtifact").WithSummary("All of a run's file has been sent: store it.").ProducesProblem(422);

        var ofTask = api.MapGroup("/tasks/{key}/attachments").WithTags("Tasks");
        ofTask.MapPost("", DeclareOfTask).WithName("DeclareAttachment").WithSummary("Announce a file for a task: each of its runs finds it in its workspace.").ProducesProblem(400).ProducesProblem(404).ProducesProblem(413).ProducesProblem(507);
        Piece(ofTask.MapPut("/{id:guid}", WriteOfTask)).WithName("UploadAttachment").WithSummary("The next piece of an attachment.");
        ofTask.MapPost("/{id:guid}/commit", CommitOfTask).WithName("CommitAttachment").WithSummary("All of an attachment has been sent: store it.").ProducesProblem(404).ProducesProblem(422);
    }

    private static Task<Results<Ok<ArtifactUpload>, ProblemHttpResult>> DeclareOfRun(
        Guid runId, DeclareArtifact request, ArtifactUploads uploads, ClaimsPrincipal user, CancellationToken ct) => uploads.DeclareAsync(Run(runId, user), request, ct);

    private static Task<Results<Ok<ArtifactUpload>, Conflict<ArtifactUpload>, ProblemHttpResult>> WriteOfRun(
        Guid runId, Guid id, HttpRequest request, ArtifactUploads uploads, ClaimsPrincipal user, CancellationToken ct, long offset = 0) =>
        uploads.WriteAsync(Run(runId, user), id, offset, request.Body, ct);

    private static Task<Results<Ok<ArtifactUpload>, Conflict<ArtifactUpload>, ProblemHttpResult>> CommitOfRun(
        Guid runId, Guid id, ArtifactUploads uploads, ClaimsPrincipal user, CancellationToken ct) => uploads.CommitAsync(Run(runId, user), id, ct);

    private static async Task<Results<Ok<ArtifactUpload>, ProblemHttpResult>> DeclareOfTask(
        string key, DeclareArtifact request, BoardDbContext db, ArtifactUploads uploads, ClaimsPrincipal user, CancellationToken ct) =>
        await TaskAsync(db, key, user, ct) is { } task ? await uploads.DeclareAsync(task, request, ct) : await db.NoTaskAsync(key, ct);

    private static async Task<Results<Ok<ArtifactUpload>, Conflict<ArtifactUpload>, ProblemHttpResult>> WriteOfTask(
        string key, Guid id, HttpRequest request, BoardDbContext db, ArtifactUploads uploads, ClaimsPrincipal user, CancellationToken ct, long offset = 0) =>
        await TaskAsync(db, key, user, ct) is { } task ? await uploads.WriteAsync(task, id, offset, request.Body, ct) : await db.NoTaskAsync(key, ct);

    private static async Task<Results<Ok<ArtifactUpload>, Conflict<ArtifactUpload>, ProblemHttpResult>> CommitOfTask(
        string key, Guid id, BoardDbContext db, ArtifactUploads uploads, ClaimsPrincipal user, CancellationToken ct) =>
        await TaskAsync(db, key, user, ct) is { } task ? await uploads.CommitAsync(task, id, ct) : await db.NoTaskAsync(key, ct);

    private static RouteHandlerBuilder Piece(RouteHandlerBuilder route) => route
        .Accepts<Stream>("application/octet-stream")
        .WithMetadata(new RequestSizeLimitAttribute(Limits.ArtifactPieceBytes))
        .ProducesProblem(404).ProducesProblem(413);

    private static ArtifactOwner Run(Guid runId, ClaimsPrincipal user) => new(user.TaskId(), runId, user.FencingToken(), user.Actor());

    private static async Task<ArtifactOwner?> TaskAsync(BoardDbContext db, string key, ClaimsPrincipal user, CancellationToken ct) =>
        (await db.FindTaskIdsAsync([key], ct)).TryGetValue(key, out var id) ? new ArtifactOwner(id, null, 0, user.Actor()) : null;
}
