using System.CommandLine;

namespace Kanban.Bus.Cli.Access;

/// <summary><c>kanban whoami</c>: which board, as whom, and where address and token came from.</summary>
internal static class WhoAmICommand
{
    public static Command Build(App app) => app.On(new Command("whoami", "Say which board you talk to, and as whom"), async (call, ct) =>
    {
        var who = await call.Board.WhoAmIAsync(ct);
        call.Output.Fields(who, who.Name,
        [
            ("name", who.Name), ("kind", who.Kind),
            ("server", $"{call.Connection.Server} (from {call.Connection.ServerFrom})"),
            ("token", $"from {call.Connection.TokenFrom}"),
            ("board version", who.BoardVersion),
        ]);
        return ExitCode.Ok;
    });
}
