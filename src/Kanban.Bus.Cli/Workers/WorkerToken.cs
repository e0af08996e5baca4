using System.Net;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Cli.Contexts;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Workers;

/// <summary>A worker registers with a worker token, never with a person's key: where only such a key is at hand, one is made with it and kept.</summary>
internal static class WorkerToken
{
    private const string AdminPrefix = "kbk_";

    public static bool IsAdminKey(string? token) => token?.StartsWith(AdminPrefix, StringComparison.Ordinal) == true;

    /// <returns>The setting to give the worker, and its value.</returns>
    public static async Task<(string Key, string Value)> ForAsync(Call call, Connection connection, string? id, CancellationToken ct)
    {
        if (!IsAdminKey(connection.Token))
            return ("Worker:Token", connection.Token!);

        var name = id ?? "this-host";
        var file = Path.Combine(Folders.State(call.Terminal.Environment), "kanban", $"worker-{name}.token");
        var patience = new Patience(call.Terminal.Clock, call.Output.Note);
        while (true)
        {
            try
            {
                if (!await IsGoodAsync(call, connection, file, ct))
                {
                    using var board = new BoardClient(connection, call.Terminal.Clock);
                    var made = await board.CreateTokenAsync(new CreateToken($"worker {name}", TokenKind.Worker), ct);
                    Folders.WriteSecret(file, made.Token + "\n");
                    call.Output.Note($"Made a worker token with your key; it is kept in {file}.");
                }

                return ("Worker:TokenFile", file);
            }
            catch (BoardUnreachableException e)
            {
                await patience.WaitAsync(e, ct);
            }
        }
    }

    private static async Task<bool> IsGoodAsync(Call call, Connection connection, string file, CancellationToken ct)
    {
        if (!File.Exists(file))
            return false;
        using var board = new BoardClient(connection with { Token = (await File.ReadAllTextAsync(file, ct)).Trim() }, call.Terminal.Clock);
        try
        {
            await board.WhoAmIAsync(ct);
            return true;
        }
        catch (BoardRefusalException e) when (e.Status == HttpStatusCode.Unauthorized)
        {
            return false;
        }
    }
}
