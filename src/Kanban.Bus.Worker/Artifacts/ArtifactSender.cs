using System.Buffers;
using System.Security.Cryptography;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Board;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Spool;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Kanban.Bus.Worker.Artifacts;

/// <summary>Brings the files that a run was to leave from its workspace to the board, when the run is dead and before its workspace goes.</summary>
/// <param name="sinceRenewed">How long ago the board last renewed the run's lease: tells a board that is away, which is waited for, from one that fails on these files.</param>
internal sealed class ArtifactSender(Grant grant, string workspace, Func<TimeSpan> sinceRenewed, BoardApi board, TimeProvider clock, ILogger log)
{
    private const int MostNamed = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Contact = TimeSpan.FromSeconds(20);

    // Over all runs of this process.
    private static readonly SemaphoreSlim Uploads = new(4);

    /// <summary>May be repeated: what the board has of an earlier attempt is not sent again.</summary>
    /// <returns>What the board did not get, in words; null when it got all.</returns>
    public async Task<string?> SendAsync(CancellationToken ct)
    {
        if (grant.Artifacts is not { Count: > 0 } patterns)
            return null;
        var (files, whole) = ArtifactSearch.Find(workspace, patterns);
        var missed = new List<string>();
        if (!whole)
            missed.Add($"only the first {ArtifactSearch.MostEntries:N0} entries of the workspace were looked at");
        var sent = 0;
        foreach (var file in files)
        {
            try
            {
                await SendPatientlyAsync(file, ct);
                sent++;
            }
            catch (Exception e) when (e is BoardRefusedException { Status: not 409 } or IOException or UnauthorizedAccessException)
            {
                missed.Add($"{file.Name}: {e.Message}");
            }
            catch (Exception e) when (e is TokenRefusedException or BoardRefusedException or BoardAwayException)
            {
                missed.Add($"{file.Name} and all after it: {e.Message}");
                break;
            }
        }
        if (missed.Count == 0)
            return null;
        var text = $"artifacts: {sent} of {files.Count} kept; {string.Join("; ", missed.Take(MostNamed))}{(missed.Count > MostNamed ? $"; and {missed.Count - MostNamed} more" : "")}";
        log.ArtifactsMissed(grant.RunId, grant.TaskKey, text);
        return text;
    }

    private async Task SendPatientlyAsync(FoundFile found, CancellationToken ct)
    {
        await Uploads.WaitAsync(ct);
        try
        {
            using var file = PlainFile.OpenRead(found.Path) ?? throw new FileNotFoundException("it is gone");
            var size = RandomAccess.GetLength(file);
            var backoff = new Backoff(clock, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));
            string? hash = null;
            long? failingSince = null;
            while (true)
            {
                try
                {
                    hash ??= await HashAsync(file, size, ct);
                    await SendAsync(file, new DeclareArtifact(found.Name, size, hash), ct);
                    return;
                }
                catch (BoardAwayException)
                {
                    failingSince = sinceRenewed() > Contact ? null : failingSince ?? clock.GetTimestamp();
                    if (failingSince is { } since && clock.GetElapsedTime(since) > Patience)
                        throw;
                    await backoff.WaitAsync(ct);
                }
            }
        }
        finally
        {
            Uploads.Release();
        }
    }

    private async Task SendAsync(SafeFileHandle file, DeclareArtifact declared, CancellationToken ct)
    {
        var upload = await board.DeclareArtifactAsync(grant.RunId, grant.RunToken, declared, ct);
        var buffer = ArrayPool<byte>.Shared.Rent(Limits.ArtifactPieceBytes);
        try
        {
            while (!upload.Stored)
            {
                if (upload.NextOffset >= declared.SizeBytes)
                {
                    upload = await board.CommitArtifactAsync(grant.RunId, grant.RunToken, upload.Id, ct);
                    continue;
                }
                var read = await RandomAccess.ReadAsync(file, buffer.AsMemory(0, Limits.ArtifactPieceBytes), upload.NextOffset, ct);
                if (read == 0)
                    throw new IOException("it became shorter while it was sent");
                upload = await board.UploadArtifactAsync(grant.RunId, grant.RunToken, upload.Id, upload.NextOffset, buffer.AsMemory(0, read), ct);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<string> HashAsync(SafeFileHandle file, long size, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(Limits.ArtifactPieceBytes);
        try
        {
            for (long at = 0; at < size;)
            {
                var read = await RandomAccess.ReadAsync(file, buffer.AsMemory(0, (int)Math.Min(buffer.Length, size - at)), at, ct);
                if (read == 0)
                    throw new IOException("it became shorter while it was read");
                hash.AppendData(buffer, 0, read);
                at += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
