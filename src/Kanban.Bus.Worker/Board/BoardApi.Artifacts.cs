using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Worker.Board;

internal sealed partial class BoardApi
{
    private const int LongestPiece = Limits.ArtifactPieceBytes;

    public Task<ArtifactUpload> DeclareArtifactAsync(Guid runId, string runToken, DeclareArtifact file, CancellationToken ct) =>
        UploadAsync(HttpMethod.Post, $"runs/{runId}/artifacts", runToken, JsonContent.Create(file, WorkerJson.Client.DeclareArtifact), ct);

    /// <returns>Where to go on, also when the piece began too far on.</returns>
    public Task<ArtifactUpload> UploadArtifactAsync(Guid runId, string runToken, Guid id, long offset, ReadOnlyMemory<byte> piece, CancellationToken ct) =>
        UploadAsync(HttpMethod.Put, $"runs/{runId}/artifacts/{id}?offset={offset}", runToken,
            new ReadOnlyMemoryContent(piece) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } }, ct);

    /// <returns>Stored, or where to go on when bytes are missing.</returns>
    public Task<ArtifactUpload> CommitArtifactAsync(Guid runId, string runToken, Guid id, CancellationToken ct) =>
        UploadAsync(HttpMethod.Post, $"runs/{runId}/artifacts/{id}/commit", runToken, null, ct);

    /// <summary>The next piece of an attachment, from this byte on.</summary>
    public async Task<byte[]> AttachmentAsync(Guid runId, string runToken, Guid id, long offset, CancellationToken ct)
    {
        using var response = await SendAsync(HttpMethod.Get, $"runs/{runId}/attachments/{id}", runToken, null, CallDeadline, ct, new RangeHeaderValue(offset, offset + LongestPiece - 1));
        await ThrowIfRefusedAsync(response, ct);
        var piece = await response.Content.ReadAsByteArrayAsync(ct);
        // Somebody between may know no ranges.
        return response.StatusCode is HttpStatusCode.OK ? piece[(int)Math.Min(offset, piece.Length)..] : piece;
    }

    private async Task<ArtifactUpload> UploadAsync(HttpMethod method, string path, string runToken, HttpContent? content, CancellationToken ct)
    {
        using var response = await SendAsync(method, path, runToken, content, CallDeadline, ct);
        if (response.StatusCode is HttpStatusCode.Conflict && response.Content.Headers.ContentType?.MediaType == "application/json")
            return await ReadAsync(response, WorkerJson.Client.ArtifactUpload, ct);
        await ThrowIfRefusedAsync(response, ct);
        return await ReadAsync(response, WorkerJson.Client.ArtifactUpload, ct);
    }
}
