using System.Runtime.CompilerServices;

namespace Kanban.Bus.Board.Artifacts;

/// <summary>Bytes on disk: <c>blobs/ab/abcd…</c>.</summary>
internal sealed class FolderBlobs(string folder, TimeProvider clock) : IArtifactBlobs
{
    public Task KeepAsync(string path, string sha256, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Blob(sha256))!);
        File.SetLastWriteTimeUtc(path, clock.GetUtcNow().UtcDateTime);
        File.Move(path, Blob(sha256), overwrite: true);
        return Task.CompletedTask;
    }

    public Task<Stream> OpenAsync(string sha256, CancellationToken ct) =>
        Task.FromResult<Stream>(new FileStream(Blob(sha256), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous));

    public async IAsyncEnumerable<string> OlderAsync(DateTimeOffset than, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        if (new DirectoryInfo(Path.Combine(folder, "blobs")) is { Exists: true } there)
            foreach (var file in there.EnumerateFiles("*", SearchOption.AllDirectories).Where(f => f.LastWriteTimeUtc < than && f.Name.Length == 64))
                yield return file.Name;
    }

    public Task<bool> RemoveAsync(string sha256, DateTimeOffset olderThan, CancellationToken ct)
    {
        var file = new FileInfo(Blob(sha256));
        var old = file.Exists && file.LastWriteTimeUtc < olderThan;
        if (old)
            file.Delete();
        return Task.FromResult(old);
    }

    private string Blob(string sha256) => Path.Combine(folder, "blobs", sha256[..2], sha256);
}
