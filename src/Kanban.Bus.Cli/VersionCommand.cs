using System.CommandLine;
using System.Net;
using Kanban.Bus.Cli.Client;

namespace Kanban.Bus.Cli;

/// <summary><c>kanban version</c>: this program's, and the board's where one answers.</summary>
internal static class VersionCommand
{
    public static Command Build(App app) => app.On(new Command("version", "Print the versions of this program and of the board"), async (call, ct) =>
    {
        string? board = null;
        string? silent = null;
        try
        {
            board = (await call.Board.WhoAmIAsync(ct)).BoardVersion;
        }
        catch (BoardUnreachableException e)
        {
            silent = e.Message;
        }
        catch (BoardRefusalException e) when (e.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            silent = e.Message;
        }

        call.Output.Fields(new VersionView(App.Version, board, call.Connection.Server), App.Version,
            [("kanban", App.Version), ("board", board), ("server", board is null ? null : call.Connection.Server)]);
        if (silent is not null && call.Output.ForEyes)
            call.Output.Note(silent);
        return ExitCode.Ok;
    });
}
