using System.CommandLine;

namespace Kanban.Bus.Cli.Tokens;

/// <summary><c>kanban token revoke ID…</c></summary>
internal static class TokenRevoke
{
    public static Command Build(App app)
    {
        var ids = Options.Ids("Tokens, as 'kanban token list' names them", ArgumentArity.OneOrMore);
        return app.On(new Command("revoke", "Make tokens worthless at once") { ids }, async (call, ct) =>
        {
            foreach (var id in call.Get(ids))
            {
                await call.Board.RevokeTokenAsync(id, ct);
                call.Output.Note($"Token {id} is revoked.");
            }

            return ExitCode.Ok;
        });
    }
}
