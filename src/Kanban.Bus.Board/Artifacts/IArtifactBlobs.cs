namespace Kanban.Bus.Board.Artifacts;

/// <summary>Where the bytes of stored artifacts lie, each under its SHA-256: a folder, or a bucket.</summary>
public interface IArtifactBlobs
{
    /// <summary>Takes over a whole file. What is there already under this hash counts as new for the sweep.</summary>
    Task KeepAsync(string path, string sha256, CancellationToken ct);

    /// <summary>To be read from any place on.</summary>
    /// <exception cref="FileNotFoundException">The bytes are not here.</exception>
    Task<Stream> OpenAsync(string sha256, CancellationToken ct);

    /// <summary>Hashes of what was kept before then, and not again since.</summary>
    IAsyncEnumerable<string> OlderAsync(DateTimeOffset than, CancellationToken ct);

    /// <returns>False when it was kept again meanwhile, or is gone.</returns>
    Task<bool> RemoveAsync(string sha256, DateTimeOffset olderThan, CancellationToken ct);
}

/// <summary>The bucket does not answer, or refuses: its calls may work later. Over HTTP: 503.</summary>
public sealed class BlobsAwayException(string message, Exception? inner = null) : Exception(message, inner);
