using System.Security.Cryptography;

namespace Kanban.Bus.Board.Artifacts;

/// <summary>The bytes of artifacts on disk: <c>blobs/ab/abcd…</c>, named by their SHA-256, and <c>incoming/ID</c> while they are uploaded. No name that anybody gave is ever part of a path.</summary>
public sealed class ArtifactStore(string folder, TimeProvider clock) : IDisposable
{
    /// <summary>Left free on the disk, for the database that may be beside.</summary>
    private const long Spare = 64L << 20;

    /// <summary>Keeping and sweeping don't meet: what is swept is no longer named by any row, and might be named again at this moment.</summary>
    private readonly SemaphoreSlim _gate = new(1);

    public string Folder => folder;

    public bool HasRoomFor(long bytes)
    {
        Directory.CreateDirectory(folder);
        return new DriveInfo(folder).AvailableFreeSpace >= bytes + Spare;
    }

    /// <summary>Bytes of an upload that are here.</summary>
    public long Received(Guid id) => new FileInfo(Incoming(id)) is { Exists: true } file ? file.Length : 0;

    /// <summary>Writes a piece of an upload.</summary>
    /// <returns>The next byte that is wanted; what is written already when the piece begins behind it, or while another piece is being written. Null when the upload would be longer than announced.</returns>
    public async Task<long?> WriteAsync(Guid id, long offset, long size, Stream piece, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Incoming(id))!);
        FileStream file;
        try
        {
            file = new FileStream(Incoming(id), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        }
        catch (IOException) when (File.Exists(Incoming(id)))
        {
            // A request that was cut off has not been given up yet.
            return Received(id);
        }
        await using (file)
        {
            if (offset > file.Length)
                return file.Length;
            file.Position = offset;
            var buffer = new byte[64 * 1024];
            for (int read; (read = await piece.ReadAsync(buffer, ct)) > 0;)
            {
                if (file.Position + read > size)
                    return null;
                await file.WriteAsync(buffer.AsMemory(0, read), ct);
            }
            return file.Length;
        }
    }

    /// <summary>SHA-256 and the first bytes of a whole upload, which is on disk for good then.</summary>
    public async Task<(string Sha256, byte[] Head)> SealAsync(Guid id, CancellationToken ct)
    {
        await using var file = new FileStream(Incoming(id), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        var head = new byte[8 * 1024];
        head = head[..await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, ct)];
        file.Position = 0;
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct));
        file.Flush(flushToDisk: true);
        return (hash, head);
    }

    /// <summary>Puts a sealed upload under its hash. Also where the same bytes are there already: they count as new for the sweep.</summary>
    public async Task KeepAsync(Guid id, string sha256, CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Blob(sha256))!);
            File.SetLastWriteTimeUtc(Incoming(id), clock.GetUtcNow().UtcDateTime);
            File.Move(Incoming(id), Blob(sha256), overwrite: true);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <exception cref="FileNotFoundException">The bytes are not in this replica's folder.</exception>
    public Stream Open(string sha256) => new FileStream(Blob(sha256), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous);

    public void Forget(Guid id)
    {
        if (File.Exists(Incoming(id)))
            File.Delete(Incoming(id));
    }

    /// <summary>Uploads and files that nobody has touched since then.</summary>
    public IEnumerable<(Guid? Upload, string? Sha256)> Older(DateTimeOffset than)
    {
        foreach (var file in Files("incoming").Where(f => f.LastWriteTimeUtc < than))
            if (Guid.TryParse(file.Name, out var id))
                yield return (id, null);
        foreach (var file in Files("blobs").Where(f => f.LastWriteTimeUtc < than && f.Name.Length == 64))
            yield return (null, file.Name);
    }

    /// <summary>Removes files that no row names.</summary>
    /// <param name="stillNamed">Of those given, what rows name.</param>
    /// <returns>How many.</returns>
    public async Task<int> RemoveAsync(IReadOnlyList<string> sha256s, DateTimeOffset olderThan, Func<Task<HashSet<string>>> stillNamed, CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            var named = await stillNamed();
            var removed = 0;
            foreach (var file in sha256s.Where(s => !named.Contains(s)).Select(s => new FileInfo(Blob(s))).Where(f => f.Exists && f.LastWriteTimeUtc < olderThan))
            {
                file.Delete();
                removed++;
            }
            return removed;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private IEnumerable<FileInfo> Files(string part) => new DirectoryInfo(Path.Combine(folder, part)) is { Exists: true } there
        ? there.EnumerateFiles("*", SearchOption.AllDirectories)
        : [];

    private string Incoming(Guid id) => Path.Combine(folder, "incoming", id.ToString());

    private string Blob(string sha256) => sha256.Length == 64 && sha256.All(char.IsAsciiHexDigitLower)
        ? Path.Combine(folder, "blobs", sha256[..2], sha256)
        : throw new ArgumentException($"'{sha256}' is no SHA-256.", nameof(sha256));
}
