using Kanban.Bus.Cli.Client;

namespace Kanban.Bus.Cli.Contexts;

/// <summary>Which board is meant and with which token, and where each came from.</summary>
internal sealed record Connection(string Server, string? Token, string ServerFrom, string TokenFrom)
{
    public const string DefaultServer = "http://127.0.0.1:5080";

    /// <summary>Flag before environment before context file before the default.</summary>
    /// <remarks>
    /// A server named by flag or environment gets a context's token only when the context is for that very server:
    /// a key must not travel to an address that it was not made for.
    /// </remarks>
    public static Connection Resolve(string? url, string? token, string? contextName, Func<string, string?> environment)
    {
        var server = (Value: url, From: "--url");
        if (server.Value is null)
            server = (environment("KANBAN_URL"), "KANBAN_URL");
        var key = (Value: token, From: "--token");
        if (key.Value is null)
            key = (environment("KANBAN_TOKEN"), "KANBAN_TOKEN");

        if (server.Value is null || key.Value is null)
        {
            var context = Context(contextName ?? environment("KANBAN_CONTEXT"), server.Value, ContextFile.Read(ContextFile.PathIn(environment)));
            if (context is not null)
            {
                server = server.Value is null ? (context.Server, $"context {context.Name}") : server;
                if (key.Value is null && SameServer(context.Server, server.Value!))
                    key = (TokenOf(context), $"context {context.Name}");
            }
        }

        var resolved = server.Value ?? DefaultServer;
        if (!Uri.TryCreate(resolved, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new UsageException($"'{resolved}' ({server.From}) is not the address of a board; one reads like {DefaultServer}.");
        return new Connection(resolved.TrimEnd('/'), key.Value, server.Value is null ? "default" : server.From, key.Value is null ? "none" : key.From);
    }

    private static BoardContext? Context(string? name, string? server, ContextFile file)
    {
        if (name is not null)
        {
            return file.Find(name) ?? throw new UsageException(
                $"There is no context '{name}' in {file.Path}; it has {(file.Contexts.Count == 0 ? "none" : string.Join(", ", file.Contexts.Select(c => c.Name)))}.");
        }

        if (server is not null)
            return file.Contexts.FirstOrDefault(context => SameServer(context.Server, server));
        return file.Current is { } current ? file.Find(current) : null;
    }

    private static bool SameServer(string a, string b) => string.Equals(a.TrimEnd('/'), b.TrimEnd('/'), StringComparison.OrdinalIgnoreCase);

    private static string? TokenOf(BoardContext context)
    {
        if (context.Token is not null || context.TokenFile is null)
            return context.Token;
        try
        {
            return File.ReadAllText(context.TokenFile).Trim() is { Length: > 0 } token ? token : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The token of context {context.Name} can't be read: {e.Message}");
        }
    }
}
