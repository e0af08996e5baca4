using System.Collections.Concurrent;
using System.Security.Cryptography;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Worker;

/// <summary>The part of the <see cref="FakeBoard"/> that keeps files.</summary>
public sealed partial class FakeBoard
{
    private readonly ConcurrentDictionary<Guid, (Guid Run, DeclareArtifact File, byte[] Bytes, bool Stored)> _uploads = new();
    private readonly ConcurrentDictionary<Guid, byte[]> _attachments = new();

    /// <summary>What is announced with more bytes is refused.</summary>
    public long LargestArtifact { get; set; } = long.MaxValue;

    /// <summary>Files stored of a run, by name.</summary>
    public IReadOnlyDictionary<string, byte[]> Artifacts(Guid runId) =>
        _uploads.Values.Where(u => u.Run == runId && u.Stored).ToDictionary(u => u.File.Name, u => u.Bytes);

    public AttachedFile Attach(string name, byte[] bytes)
    {
        var id = Guid.CreateVersion7();
        _attachments[id] = bytes;
        return new AttachedFile(id, name, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    private void MapFiles(RouteGroupBuilder api)
    {
        api.MapPost("/runs/{runId:guid}/artifacts", (Guid runId, DeclareArtifact file) =>
        {
            if (file.SizeBytes > LargestArtifact)
                return Results.Problem(statusCode: 413, detail: $"'{file.Name}' is too large.");
            var (id, known) = _uploads.FirstOrDefault(u => u.Value.Run == runId && u.Value.File == file);
            if (known.File is null)
                _uploads[id = Guid.CreateVersion7()] = known = (runId, file, [], false);
            return Results.Ok(new ArtifactUpload(id, file.Name, known.Bytes.Length, known.Stored));
        });
        api.MapPut("/runs/{runId:guid}/artifacts/{id:guid}", async (Guid id, long offset, HttpRequest request) =>
        {
            using var piece = new MemoryStream();
            await request.Body.CopyToAsync(piece);
            var upload = _uploads[id];
            upload.Bytes = [.. upload.Bytes[..(int)offset], .. piece.ToArray()];
            _uploads[id] = upload;
            return new ArtifactUpload(id, upload.File.Name, upload.Bytes.Length, false);
        });
        api.MapPost("/runs/{runId:guid}/artifacts/{id:guid}/commit", (Guid id) =>
        {
            var upload = _uploads[id];
            upload.Stored = upload.File.Sha256 == Convert.ToHexStringLower(SHA256.HashData(upload.Bytes));
            _uploads[id] = upload;
            return new ArtifactUpload(id, upload.File.Name, upload.Bytes.Length, upload.Stored);
        });
        api.MapGet("/runs/{runId:guid}/attachments/{id:guid}", (Guid id) => Results.Bytes(_attachments[id], enableRangeProcessing: true));
    }
}
