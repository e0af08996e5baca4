using System.CommandLine;
using Kanban.Bus.Cli.Printing;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Tokens;

/// <summary><c>kanban token create NAME --kind worker</c></summary>
internal static class TokenCreate
{
    private static readonly string[] Kinds = ["admin", "worker"];

    public static Command Build(App app)
    {
        var name = new Argument<string>("NAME") { Description = "What or whom it is for" };
        var kind = Options.Text("--kind", "admin: all that people may do; worker: register workers, nothing else", "admin|worker", "-k");
        kind.Required = true;
        kind.AcceptOnlyFromAmong(Kinds);
        var command = new Command("create", "Make a token; it is shown this once") { name, kind };
        command.Aliases.Add("add");
        return app.On(command, async (call, ct) =>
        {
            var token = await call.Board.CreateTokenAsync(new CreateToken(call.Get(name), Words.Parse<TokenKind>(call.Get(kind)!)!.Value), ct);
            if (call.Output.Format is Format.Json)
                call.Output.Json(token);
            else
                call.Output.Text(call.Output.Format is Format.Name ? $"{token.Id}" : token.Token);
            if (call.Output.ForEyes)
                call.Output.Note($"Token {token.Id} for {token.Name} ({Words.Of(token.Kind)}). It can't be shown again.");
            return ExitCode.Ok;
        });
    }
}
