using System.Security.Cryptography;

namespace Kanban.Bus.Board.Artifacts;

/// <summary>The bytes of artifacts: on disk as <c>incoming/ID</c> while they are uploaded, then where the blobs are, under their SHA-256. No name that anybody gave is ever part of a path.</summary>
public sealed class ArtifactStore(string folder, IArtifactBlobs blobs) : IDisposable
{
    /// <summary>Left free on the disk, for the database that may be beside.</summary>
    private const long Spare = 64L << 20;

    /// <summary>Files that are put where the blobs are at a time; a sweep takes all turns.</summary>
    private const int AtOnce = 8;

    /// <summary>Keeping and sweeping don't meet: what is swept is no longer named by any row, and might be named again at this moment.</summary>
    private readonly SemaphoreSlim _gate = new(AtOnce);
    private readonly SemaphoreSlim _sweep = new(1);

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
            await blobs.KeepAsync(Incoming(id), Checked(sha256), ct);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>To be read from any place on.</summary>
    /// <exception cref="FileNotFoundException">The bytes are not where this replica looks.</exception>
    public Task<Stream> OpenAsync(string sha256, CancellationToken ct) => blobs.OpenAsync(Checked(sha256), ct);

    public void Forget(Guid id)
    {
        if (File.Exists(Incoming(id)))
            File.Delete(Incoming(id));
    }

    /// <summary>Uploads that nobody has touched since then.</summary>
    public IEnumerable<Guid> OlderUploads(DateTimeOffset than)
    {
        if (new DirectoryInfo(Path.Combine(folder, "incoming")) is { Exists: true } there)
            foreach (var file in there.EnumerateFiles().Where(f => f.LastWriteTimeUtc < than))
                if (Guid.TryParse(file.Name, out var id))
                    yield return id;
    }

    /// <summary>Hashes of bytes that nobody has kept since then.</summary>
    public IAsyncEnumerable<string> OlderAsync(DateTimeOffset than, CancellationToken ct) => blobs.OlderAsync(than, ct);

    /// <summary>Removes files that no row names.</summary>
    /// <param name="stillNamed">Of those given, what rows name.</param>
    /// <returns>How many.</returns>
    public async Task<int> RemoveAsync(IReadOnlyList<string> sha256s, DateTimeOffset olderThan, Func<Task<HashSet<string>>> stillNamed, CancellationToken ct)
    {
        await _sweep.WaitAsync(ct);
        var turns = 0;
        try
        {
            for (; turns < AtOnce; turns++)
                await _gate.WaitAsync(ct);
            var named = await stillNamed();
            var removed = 0;
            foreach (var unnamed in sha256s.Where(s => !named.Contains(s)))
                removed += await blobs.RemoveAsync(Checked(unnamed), olderThan, ct) ? 1 : 0;
            return removed;
        }
        finally
        {
            if (turns > 0)
                _gate.Release(turns);
            _sweep.Release();
        }
    }

    public void Dispose()
    {
        _gate.Dispose();
        _sweep.Dispose();
    }

    private string Incoming(Guid id) => Path.Combine(folder, "incoming", id.ToString());

    private static string Checked(string sha256) => sha256.Length == 64 && sha256.All(char.IsAsciiHexDigitLower)
        ? sha256
        : throw new ArgumentException($"'{sha256}' is no SHA-256.", nameof(sha256));
}
