using System.Text;
using Kanban.Bus.Cli.Client;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kanban.Bus.Cli.Contexts;

/// <summary>One board that this user knows.</summary>
/// <param name="Token">Kept in the file itself; or else <paramref name="TokenFile"/> names the file that holds it.</param>
internal sealed record BoardContext(string Name, string Server, string? Token = null, string? TokenFile = null);

/// <summary><c>$XDG_CONFIG_HOME/kanban/config.yaml</c>: the boards this user knows and which one is meant.</summary>
/// <remarks>Written for its owner alone (0600), in one rename, so that a reader never sees half of it.</remarks>
internal sealed record ContextFile(string Path, string? Current, IReadOnlyList<BoardContext> Contexts)
{
    public static string PathIn(Func<string, string?> environment) =>
        System.IO.Path.Combine(Folders.Config(environment), "kanban", "config.yaml");

    /// <summary>An absent file is an empty one.</summary>
    public static ContextFile Read(string path)
    {
        if (!File.Exists(path))
            return new ContextFile(path, null, []);
        try
        {
            var stream = new YamlStream();
            using (var reader = new StreamReader(path))
                stream.Load(reader);
            if (stream.Documents.Count == 0)
                return new ContextFile(path, null, []);
            if (stream.Documents[0].RootNode is not YamlMappingNode root)
                throw new UsageException($"{path} is not a list of contexts: its top level must be a mapping.");
            var contexts = root.Children.TryGetValue("contexts", out var list) && list is YamlSequenceNode items
                ? items.OfType<YamlMappingNode>().Select(item => Context(item, path)).ToList()
                : [];
            return new ContextFile(path, Text(root, "current-context"), contexts);
        }
        catch (YamlException e)
        {
            throw new UsageException($"{path} can't be read, line {e.Start.Line}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} can't be read: {e.Message}");
        }
    }

    public BoardContext? Find(string name) => Contexts.FirstOrDefault(context => context.Name == name);

    /// <summary>Puts a context in, in place of one of the same name, and makes it the current one.</summary>
    public ContextFile With(BoardContext context) =>
        this with { Current = context.Name, Contexts = [.. Contexts.Where(other => other.Name != context.Name), context] };

    public ContextFile Without(string name) =>
        this with { Current = Current == name ? null : Current, Contexts = [.. Contexts.Where(other => other.Name != name)] };

    public void Write()
    {
        var text = new StringBuilder("# Boards that the kanban command knows. Holds keys: for your eyes only.\n");
        if (Current is not null)
            text.Append("current-context: ").Append(Quoted(Current)).Append('\n');
        text.Append(Contexts.Count == 0 ? "contexts: []\n" : "contexts:\n");
        foreach (var context in Contexts)
        {
            text.Append("  - name: ").Append(Quoted(context.Name)).Append('\n');
            text.Append("    server: ").Append(Quoted(context.Server)).Append('\n');
            if (context.Token is not null)
                text.Append("    token: ").Append(Quoted(context.Token)).Append('\n');
            if (context.TokenFile is not null)
                text.Append("    token-file: ").Append(Quoted(context.TokenFile)).Append('\n');
        }

        Folders.WriteSecret(Path, text.ToString());
    }

    private static BoardContext Context(YamlMappingNode item, string path) => new(
        Text(item, "name") ?? throw new UsageException($"{path}: a context has no name."),
        Text(item, "server") ?? throw new UsageException($"{path}: context {Text(item, "name")} has no server."),
        Text(item, "token"),
        Text(item, "token-file"));

    private static string? Text(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var value) && value is YamlScalarNode { Value.Length: > 0 } scalar ? scalar.Value : null;

    private static string Quoted(string value) =>
        "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";
}
