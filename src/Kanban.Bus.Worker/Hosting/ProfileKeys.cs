using System.Globalization;
using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Executors.Agents;

namespace Kanban.Bus.Worker.Hosting;

/// <summary>Keys of a profile that only some executors heed. Given to another, one would be a limit that does not hold, so it is refused.</summary>
internal static class ProfileKeys
{
    private const string OwnAcp = "acp without a Command";
    private static readonly string[] Agents = ["claude-code", "codex", "opencode", "hermes"];

    private static readonly (string Key, Func<ProfileOptions, string?> Given, string[] Heeding)[] Keys =
    [
        ("Binary", p => p.Binary is { Length: > 0 } name ? $"'{name}'" : null, [.. Agents, OwnAcp, "container"]),
        ("Model", p => p.Model is { Length: > 0 } model ? $"'{model}'" : null, Agents),
        ("Permissions", p => p.Permissions is { } given ? $"'{Named(given)}'" : null, [.. Agents, "acp"]),
        ("Tools", p => p.Tools.Count > 0 ? $"'{string.Join(' ', p.Tools)}'" : null, ["claude-code", "opencode", OwnAcp]),
        ("AskWhenRefused", p => p.AskWhenRefused ? "true" : null, ["claude-code", "opencode", "acp"]),
        ("AllowWhenAnswered", p => p.AllowWhenAnswered ? "true" : null, ["claude-code", "opencode", "acp"]),
        ("Arguments", p => p.Arguments.Count > 0 ? $"'{string.Join(' ', p.Arguments)}'" : null, [.. Agents, "acp", "container"]),
        ("MaxCostUsd", p => p.MaxCostUsd?.ToString(CultureInfo.InvariantCulture), ["claude-code"]),
    ];

    public static IEnumerable<string> Unheeded(ProfileOptions p)
    {
        if (!ExecutorCatalog.Names.Contains(p.Executor))
            yield break;
        foreach (var (key, given, heeding) in Keys)
        {
            if (given(p) is { } value && !heeding.Contains(p.Executor) && !(IsOwnAcp(p) && heeding.Contains(OwnAcp)))
                yield return $"{key} is {value}, which {(p.Executor == "acp" && heeding.Contains(OwnAcp) ? "'acp' with a Command" : $"the executor '{p.Executor}'")} does not heed; {Listed(heeding)}.";
        }
        if ((p.Executor == "opencode" || IsOwnAcp(p)) && p.PermissionsOrDefault != Permissions.All && p.Environment.Keys.Concat(p.Secrets.Keys).Contains(OpenCodeRules.Permission))
            yield return $"{OpenCodeRules.Permission} is given, but the worker makes it of Permissions and Tools; say it with these, or with Permissions 'all'.";
        if (p is { Executor: "hermes", Permissions: { } less } && less != Permissions.All)
            yield return $"Permissions is '{Named(less)}', but hermes asks for nothing and can't be held to it; leave it out or say 'all', and give it a host or a user of its own.";
    }

    private static bool IsOwnAcp(ProfileOptions p) => p.Executor == "acp" && p.Command.Count == 0;

    private static string Named(Permissions permissions) => permissions.ToString().ToLowerInvariant();

    private static string Listed(string[] heeding) =>
        heeding.Length == 1 ? $"only {heeding[0]} does" : $"only {string.Join(", ", heeding[..^1])} and {heeding[^1]} do";
}
