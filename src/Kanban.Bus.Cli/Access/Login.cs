using System.CommandLine;
using System.Text.RegularExpressions;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Cli.Contexts;

namespace Kanban.Bus.Cli.Access;

/// <summary><c>kanban login [--url URL] [--token T|-] [--name NAME]</c>: tries the key, then keeps it in the context file.</summary>
internal static partial class Login
{
    public static Command Build(App app)
    {
        var name = Options.Text("--name", "What to call this board; its host and port unless told", "NAME");
        return app.On(new Command("login", "Keep a key to a board; --token - reads it from standard input") { name }, async (call, ct) =>
        {
            var (url, given, _) = call.Given;
            var key = await KeyAsync(call, given, ct);
            var connection = Connection.Resolve(url, key, call.Given.Context, call.Terminal.Environment);
            using var board = new BoardClient(connection, call.Terminal.Clock);
            var who = await board.WhoAmIAsync(ct);

            var context = new BoardContext(call.Get(name) ?? NameOf(connection.Server), connection.Server, Token: key);
            var file = ContextFile.Read(ContextFile.PathIn(call.Terminal.Environment)).With(context);
            file.Write();
            call.Output.Note($"Logged in to {connection.Server} as {who.Name} ({who.Kind}). Context '{context.Name}' is kept in {file.Path} and is now the current one.");
            if (connection.Server.StartsWith("http://", StringComparison.Ordinal) && !new Uri(connection.Server).IsLoopback)
                call.Output.Note("Careful: the key travels unencrypted over http; an https address would keep it from eavesdroppers.");
            return ExitCode.Ok;
        });
    }

    private static async Task<string> KeyAsync(Call call, string? given, CancellationToken ct)
    {
        var key = given is "-" ? null : given ?? call.Terminal.Environment("KANBAN_TOKEN");
        if (key is not null)
            return key;
        if (call.Terminal.InIsTerminal)
            await call.Terminal.Error.WriteAsync("Key (it begins with kbk_): ");
        else if (given is not "-")
            throw new UsageException("login needs a key: --token -, with the key on standard input, or KANBAN_TOKEN.");
        return (await call.Terminal.In.ReadLineAsync(ct))?.Trim() is { Length: > 0 } line
            ? line
            : throw new UsageException("No key was given.");
    }

    private static string NameOf(string server)
    {
        var uri = new Uri(server);
        return Odd.Replace(uri.IsDefaultPort ? uri.Host : $"{uri.Host}-{uri.Port}", "-").Trim('-').ToLowerInvariant();
    }

    [GeneratedRegex("[^A-Za-z0-9-]+")]
    private static partial Regex Odd { get; }
}
