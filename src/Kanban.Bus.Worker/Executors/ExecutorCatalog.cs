using Kanban.Bus.Worker.Executors.Agents;
using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Worker.Executors;

/// <summary>Every executor there is, by the name that a profile gives.</summary>
internal static class ExecutorCatalog
{
    private static readonly Executor[] Known = [new ShellExecutor(), new NoneExecutor(), new ContainerExecutor(), new ClaudeCode(), new Codex(), new OpenCode(), new Hermes(), new Acp()];

    public static IReadOnlyList<string> Names { get; } = [.. Known.Select(e => e.Name)];

    /// <exception cref="RunNotStartedException">There is none of that name.</exception>
    public static Executor Of(string name) => Find(name)
        ?? throw new RunNotStartedException($"this worker knows no executor '{name}'; it has {string.Join(", ", Names)}");

    public static Executor? Find(string name) => Known.FirstOrDefault(e => e.Name == name);

    /// <exception cref="RunNotStartedException">The host defines no such profile.</exception>
    public static ProfileOptions Profile(string name, IReadOnlyDictionary<string, ProfileOptions> profiles) =>
        profiles.TryGetValue(name, out var profile)
            ? profile
            : throw new RunNotStartedException($"this host defines no profile '{name}'; it has {string.Join(", ", profiles.Keys.Order(StringComparer.Ordinal))}");
}
