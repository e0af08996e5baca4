using System.CommandLine;
using Kanban.Bus.Cli.Printing;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Tokens;

/// <summary><c>kanban token list</c></summary>
internal static class TokenList
{
    public static Command Build(App app) => app.On(new Command("list", "List tokens, never their values"), async (call, ct) =>
    {
        call.Output.List(await call.Board.TokensAsync(ct), Columns(call.Terminal.Clock), "No tokens.");
        return ExitCode.Ok;
    });

    private static Columns<TokenView> Columns(TimeProvider clock) => new(
        token => $"{token.Id}",
        new("ID", token => $"{token.Id}"),
        new("NAME", token => token.Name),
        new("KIND", token => Words.Of(token.Kind)),
        new("AGE", token => Times.Age(token.CreatedAt, clock), token => Times.Iso(token.CreatedAt)),
        new("USED", token => token.LastUsedAt is { } at ? Times.Age(at, clock) : "never", token => token.LastUsedAt is { } at ? Times.Iso(at) : ""),
        new("EXPIRES", token => token.ExpiresAt is { } at ? Times.Iso(at) : ""));
}
