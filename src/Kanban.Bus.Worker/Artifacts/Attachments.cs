using System.Security.Cryptography;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Board;
using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Worker.Artifacts;

/// <summary>Brings what people attached to a task into the folder <c>attachments</c> of a workspace, before its run starts.</summary>
internal sealed class Attachments(BoardApi board, TimeProvider clock)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Waits for a board that is away, until it is told to stop.</summary>
    /// <exception cref="RunNotStartedException">A file can't be had as it should be.</exception>
    public async Task FetchAsync(Grant grant, string workspace, CancellationToken ct)
    {
        var folder = Path.Combine(workspace, "attachments");
        // In a workspace that is used again, an earlier run may have put a link in its place.
        if (new DirectoryInfo(folder).LinkTarget is not null)
            throw new RunNotStartedException($"{folder} is a link: no attachments are put there");
        Directory.CreateDirectory(folder, OwnerOnly);
        foreach (var file in grant.Attachments ?? [])
            await FetchAsync(grant, file, Path.Combine(folder, Path.GetFileName(file.Name)), ct);
    }

    private async Task FetchAsync(Grant grant, AttachedFile attached, string path, CancellationToken ct)
    {
        if (await IsThereAsync(attached, path, ct))
            return;
        var backoff = new Backoff(clock, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        while (file.Position < attached.SizeBytes)
        {
            try
            {
                var piece = await board.AttachmentAsync(grant.RunId, grant.RunToken, attached.Id, file.Position, ct);
                hash.AppendData(piece);
                await file.WriteAsync(piece, ct);
                backoff.Reset();
            }
            catch (BoardAwayException)
            {
                await backoff.WaitAsync(ct);
            }
            catch (Exception e) when (e is BoardRefusedException or TokenRefusedException)
            {
                throw new RunNotStartedException($"the attachment '{attached.Name}' can't be had: {e.Message}");
            }
        }
        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != attached.Sha256)
            throw new RunNotStartedException($"the attachment '{attached.Name}' did not arrive as the board has it");
    }

    /// <summary>A workspace that is used again has it already, or has a file of that name that is somebody else's: that one is moved aside, not lost.</summary>
    private static async Task<bool> IsThereAsync(AttachedFile attached, string path, CancellationToken ct)
    {
        var there = new FileInfo(path);
        if (there is { Exists: true, LinkTarget: null } && there.Length == attached.SizeBytes)
        {
            await using var file = there.OpenRead();
            if (Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct)) == attached.Sha256)
                return true;
        }
        if (!Path.Exists(path) && there.LinkTarget is null)
            return false;
        var aside = path;
        for (var n = 1; aside == path || Path.Exists(aside); n++)
            aside = $"{path}.before-{n}";
        if (there.Exists || there.LinkTarget is not null)
            there.MoveTo(aside);
        else
            Directory.Move(path, aside);
        return false;
    }
}
