using System.Net;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Cli.Contexts;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Workers;

/// <summary>A worker registers with a worker token, never with a person's key: where only such a key is at hand, one is made with it and kept.</summary>
internal static class WorkerToken
{
    private const string WorkerPrefix = "kbw_";
    private const int MostNameCharacters = 40;

    /// <summary>Whether the board must be asked what this token is: an admin key that was set by hand looks like any other word. A worker token made by a board says so itself, and its worker starts also while the board is away.</summary>
    public static bool IsInDoubt(string? token) => token is not null && !token.StartsWith(WorkerPrefix, StringComparison.Ordinal);

    /// <returns>The setting to give the worker, and its value.</returns>
    public static async Task<(string Key, string Value)> ForAsync(Call call, Connection connection, string? id, CancellationToken ct)
    {
        var given = ("Worker:Token", connection.Token!);
        if (!IsInDoubt(connection.Token))
            return given;

        var name = id ?? "this-host";
        var file = Path.Combine(Folders.State(call.Terminal.Environment), "kanban", $"worker-{name}.token");
        var patience = new Patience(call.Terminal.Clock, call.Output.Note);
        while (true)
        {
            try
            {
                using var board = new BoardClient(connection, call.Terminal.Clock);
                if (await KindAsync(board, ct) != "admin")
                    return given;
                if (!await IsGoodAsync(call, connection, file, ct))
                {
                    var made = await board.CreateTokenAsync(new CreateToken(TokenName(name), TokenKind.Worker), ct);
                    Folders.WriteSecret(file, made.Token + "\n");
                    call.Output.Note($"Made a worker token with your key; it is kept in {file}.");
                }

                return ("Worker:TokenFile", file);
            }
            catch (BoardUnreachableException) when (File.Exists(file))
            {
                // Made by an earlier start: the worker takes up its runs, and waits for the board itself.
                return ("Worker:TokenFile", file);
            }
            catch (BoardUnreachableException e)
            {
                await patience.WaitAsync(e, ct);
            }
        }
    }

    /// <summary>A name as the board takes it, whatever the host is called.</summary>
    internal static string TokenName(string worker)
    {
        var name = new string([.. $"worker-{worker}".ToLowerInvariant().Select(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) ? c : '-')]);
        return name.Length <= MostNameCharacters ? name : name[..MostNameCharacters];
    }

    /// <summary>Null when the board does not know the token: the worker then says so itself, and goes on once that is put right.</summary>
    private static async Task<string?> KindAsync(BoardClient board, CancellationToken ct)
    {
        try
        {
            return (await board.WhoAmIAsync(ct)).Kind;
        }
        catch (BoardRefusalException e) when (e.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            return null;
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
        catch (BoardRefusalException e) when (e.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            return false;
        }
    }
}
