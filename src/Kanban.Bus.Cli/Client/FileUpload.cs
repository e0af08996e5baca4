using System.Security.Cryptography;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Client;

/// <summary>Brings a file to the board: announced with its hash, sent piece by piece from wherever the board stands, stored when all of it is there.</summary>
/// <param name="at">What it belongs to: <c>tasks/KEY/attachments</c>, or <c>runs/ID/artifacts</c>.</param>
internal sealed class FileUpload(BoardClient board, string at, TimeProvider clock, Action<string> note)
{
    /// <returns>How many bytes it has.</returns>
    public async Task<long> SendAsync(FileStream file, string name, CancellationToken ct)
    {
        var declared = new DeclareArtifact(name, file.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct)));
        var patience = new Patience(clock, note);
        var upload = await board.DeclareAsync(at, declared, ct);
        var buffer = new byte[Limits.ArtifactPieceBytes];
        while (!upload.Stored)
        {
            try
            {
                upload = await NextAsync(upload, file, buffer, ct);
                patience.Met();
            }
            catch (BoardUnreachableException e)
            {
                await patience.WaitAsync(e, ct);
                upload = await AgainAsync(declared, upload, ct);
            }
        }

        return declared.SizeBytes;
    }

    /// <exception cref="UsageException">It can't be read.</exception>
    public static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"FILE '{path}' can't be read: {e.Message}");
        }
    }

    private async Task<ArtifactUpload> NextAsync(ArtifactUpload upload, FileStream file, byte[] buffer, CancellationToken ct)
    {
        if (upload.NextOffset >= file.Length)
            return await board.CommitAsync(at, upload.Id, ct);
        file.Position = upload.NextOffset;
        var read = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return await board.UploadAsync(at, upload.Id, upload.NextOffset, buffer.AsMemory(0, read), ct);
    }

    /// <summary>Where the board stands now; as before while it is still away.</summary>
    private async Task<ArtifactUpload> AgainAsync(DeclareArtifact declared, ArtifactUpload last, CancellationToken ct)
    {
        try
        {
            return await board.DeclareAsync(at, declared, ct);
        }
        catch (BoardUnreachableException)
        {
            return last;
        }
    }
}
