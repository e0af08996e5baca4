using System.Net.Http.Headers;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Client;

internal sealed partial class BoardClient
{
    public Task<IReadOnlyList<ArtifactView>> ArtifactsAsync(string key, CancellationToken ct) => PagesAsync<ArtifactView>($"tasks/{Esc(key)}/artifacts", int.MaxValue, ct);

    /// <summary>The rest of a file, from this byte on, as it comes; the caller disposes it.</summary>
    public async Task<HttpResponseMessage> DownloadAsync(string key, Guid id, long from, CancellationToken ct)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"tasks/{Esc(key)}/artifacts/{id}");
        if (from > 0)
            request.Headers.Range = new RangeHeaderValue(from, null);
        return await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, CallDeadline, ct);
    }

    /// <param name="at">As of <see cref="FileUpload"/>, of these three.</param>
    public Task<ArtifactUpload> DeclareAsync(string at, DeclareArtifact file, CancellationToken ct) => PostAsync<ArtifactUpload>(at, file, ct);

    public Task<ArtifactUpload> UploadAsync(string at, Guid id, long offset, ReadOnlyMemory<byte> piece, CancellationToken ct)
    {
        var content = new ReadOnlyMemoryContent(piece) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        return CallAsync<ArtifactUpload>(new HttpRequestMessage(HttpMethod.Put, $"{at}/{id}?offset={offset}") { Content = content }, ct);
    }

    public Task<ArtifactUpload> CommitAsync(string at, Guid id, CancellationToken ct) => PostAsync<ArtifactUpload>($"{at}/{id}/commit", null, ct);
}
