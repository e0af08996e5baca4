using System.CommandLine;
using System.Security.Cryptography;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task attach KEY FILE…</c></summary>
internal static class TaskAttach
{
    public static Command Build(App app)
    {
        var key = TaskKeys.One();
        var files = new Argument<string[]>("FILE") { Description = "Files of this host", Arity = ArgumentArity.OneOrMore };
        var name = Options.Text("--name", "What a single file is called on the board; its own name unless told", "NAME");
        var command = new Command("attach", "Give a task files: its runs find them in the folder attachments of their workspace") { key, files, name };
        command.Validators.Add(result =>
        {
            if (result.GetValue(name) is not null && result.GetValue(files)?.Length > 1)
                result.AddError("--name is for one file alone.");
        });
        return app.On(command, async (call, ct) =>
        {
            foreach (var path in call.Get(files))
                await AttachAsync(call, call.Get(key), path, call.Get(name) ?? Path.GetFileName(path), ct);
            return ExitCode.Ok;
        });
    }

    private static async Task AttachAsync(Call call, string key, string path, string name, CancellationToken ct)
    {
        await using var file = Open(path);
        var declared = new DeclareArtifact(name, file.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct)));
        var patience = new Patience(call.Terminal.Clock, call.Output.Note);
        var upload = await call.Board.DeclareAttachmentAsync(key, declared, ct);
        var buffer = new byte[Limits.ArtifactPieceBytes];
        while (!upload.Stored)
        {
            try
            {
                upload = await NextAsync(call, key, upload, file, buffer, ct);
                patience.Met();
            }
            catch (BoardUnreachableException e)
            {
                await patience.WaitAsync(e, ct);
                upload = await AgainAsync(call, key, declared, upload, ct);
            }
        }
        call.Output.Note($"{name} is attached to {key}: {declared.SizeBytes} bytes.");
    }

    private static async Task<ArtifactUpload> NextAsync(Call call, string key, ArtifactUpload upload, FileStream file, byte[] buffer, CancellationToken ct)
    {
        if (upload.NextOffset >= file.Length)
            return await call.Board.CommitAttachmentAsync(key, upload.Id, ct);
        file.Position = upload.NextOffset;
        var read = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return await call.Board.UploadAttachmentAsync(key, upload.Id, upload.NextOffset, buffer.AsMemory(0, read), ct);
    }

    /// <summary>Where the board stands now; as before while it is still away.</summary>
    private static async Task<ArtifactUpload> AgainAsync(Call call, string key, DeclareArtifact declared, ArtifactUpload last, CancellationToken ct)
    {
        try
        {
            return await call.Board.DeclareAttachmentAsync(key, declared, ct);
        }
        catch (BoardUnreachableException)
        {
            return last;
        }
    }

    private static FileStream Open(string path)
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
}
