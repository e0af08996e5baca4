using System.CommandLine;
using System.Security.Cryptography;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task download KEY NAME [-o FILE]</c></summary>
internal static class TaskDownload
{
    public static Command Build(App app)
    {
        var key = TaskKeys.One();
        var name = new Argument<string>("NAME") { Description = "The file's name, as 'kanban task artifacts' lists it" };
        var number = Options.Number("--run", "The one that this run left; without it, the newest");
        var to = Options.Text("--to", "Where to put it: a file, or - for standard output; the name's last part in this folder unless told", "FILE", "-O");
        var force = new Option<bool>("--force") { Description = "Also over a file that is there" };
        var command = new Command("download", "Fetch a file of a task") { key, name, number, to, force };
        return app.On(command, async (call, ct) =>
        {
            var wanted = call.Get(name);
            var found = (await call.Board.ArtifactsAsync(call.Get(key), ct))
                .FirstOrDefault(f => f.Name == wanted && (call.Get(number) is not { } run || f.Run == run))
                ?? throw new BoardRefusalException(System.Net.HttpStatusCode.NotFound, null,
                    $"{call.Get(key)} has no file '{wanted}'{(call.Get(number) is { } of ? $" of run {of}" : "")}. 'kanban task artifacts {call.Get(key)}' lists them.", []);
            if (call.Get(to) is "-")
            {
                await CopyAsync(call, call.Get(key), found, call.Terminal.OutBytes, ct);
                return ExitCode.Ok;
            }
            // A name is a label of somebody else's: of it only the last part is used, and never to write over anything.
            var path = call.Get(to) ?? found.Name[(found.Name.LastIndexOf('/') + 1)..];
            await using (var file = Create(path, call.Get(force)))
                await CopyAsync(call, call.Get(key), found, file, ct);
            call.Output.Note($"{path}: {found.SizeBytes} bytes, as {found.By} stored them.");
            return ExitCode.Ok;
        });
    }

    private static async Task CopyAsync(Call call, string key, ArtifactView found, Stream to, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var patience = new Patience(call.Terminal.Clock, call.Output.Note);
        var buffer = new byte[64 * 1024];
        for (long at = 0; at < found.SizeBytes;)
        {
            try
            {
                using var answer = await call.Board.DownloadAsync(key, found.Id, at, ct);
                await using var body = await answer.Content.ReadAsStreamAsync(ct);
                for (int read; (read = await ReadAsync(body, buffer, ct)) > 0; at += read)
                {
                    hash.AppendData(buffer, 0, read);
                    await to.WriteAsync(buffer.AsMemory(0, read), ct);
                    patience.Met();
                }
                if (at < found.SizeBytes)
                    throw new BoardUnreachableException($"The connection ended {found.SizeBytes - at} bytes before the file did.");
            }
            catch (BoardUnreachableException e)
            {
                await patience.WaitAsync(e, ct);
            }
        }
        await to.FlushAsync(ct);
        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != found.Sha256)
            throw new BoardRefusalException(System.Net.HttpStatusCode.UnprocessableEntity, "hash-mismatch", $"{found.Name} did not arrive as it was stored: its SHA-256 is another.", []);
    }

    private static async Task<int> ReadAsync(Stream body, byte[] buffer, CancellationToken ct)
    {
        try
        {
            return await body.ReadAsync(buffer, ct);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new BoardUnreachableException($"The connection broke: {e.Message}", e);
        }
    }

    private static FileStream Create(string path, bool force)
    {
        try
        {
            return new FileStream(path, force ? FileMode.Create : FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"'{path}' can't be written: {e.Message} Name another by --to, or give --force.");
        }
    }
}
