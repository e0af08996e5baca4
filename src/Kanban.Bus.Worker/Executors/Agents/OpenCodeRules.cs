using System.Buffers;
using System.Text.Json.Nodes;
using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>A profile's permissions in OpenCode's own words, as variables of its environment. What it loads last is the variable of rules: no file loosens it but by the rules of a named agent.</summary>
internal static class OpenCodeRules
{
    public const string Config = "OPENCODE_CONFIG";
    public const string Permission = "OPENCODE_PERMISSION";
    private const string NoProjectConfig = "OPENCODE_DISABLE_PROJECT_CONFIG";

    // Its wildcards, and what it reads as another character.
    private static readonly SearchValues<char> NotToTheLetter = SearchValues.Create("*?\\");

    private static readonly string[] Looking = ["glob", "grep", "list", "lsp", "skill", "task", "todoread", "todowrite"];
    private static readonly string[] Plugins = ["plugin", "plugins"];
    private static readonly string[] Instructing = ["AGENTS.md", "CLAUDE.md", "CONTEXT.md"];

    /// <param name="refuse"><c>deny</c>, or <c>ask</c> where somebody answers: <c>opencode run</c> gives up its turn when it has to.</param>
    /// <param name="allowed">What a person allowed this run besides.</param>
    /// <returns>Empty for a profile that may do everything.</returns>
    public static Dictionary<string, string> Variables(ProfileOptions profile, string refuse, IReadOnlyList<RefusedCall>? allowed = null) => profile.PermissionsOrDefault == Permissions.All ? [] : new()
    {
        [Permission] = Rules(profile, refuse, allowed ?? []).ToJsonString(),
        // A repository's own settings may bring agents with rules of theirs, and plugins and servers that are started.
        [NoProjectConfig] = "1",
    };

    /// <summary>It starts what lies there whatever its rules say, so that an agent that may only edit would have the next run carry out what it wrote.</summary>
    /// <exception cref="RunNotStartedException">The workspace, or its repository, has plugins, and the profile may not do everything.</exception>
    public static void RefusePlugins(ProfileOptions profile, string workspace)
    {
        if (profile.PermissionsOrDefault == Permissions.All)
            return;
        foreach (var plugins in OfRepository(workspace).SelectMany(folder => Plugins.Select(name => Path.Combine(folder, ".opencode", name))))
            if (Directory.Exists(plugins) && Directory.EnumerateFileSystemEntries(plugins).Any())
                throw new RunNotStartedException($"{plugins} holds programs that OpenCode starts whatever the profile's permissions: take them away, or let the profile do everything (permissions: all)");
    }

    /// <summary>The workspace and what is above it in its repository; what lies further up is the host's own.</summary>
    private static List<string> OfRepository(string workspace)
    {
        List<string> folders = [];
        for (var folder = new DirectoryInfo(workspace); folder is not null; folder = folder.Parent)
        {
            folders.Add(folder.FullName);
            if (Path.Exists(Path.Combine(folder.FullName, ".git")))
                return folders;
        }
        return [workspace];
    }

    /// <summary>What OpenCode would read of the repository's instructions, which it leaves out together with its settings.</summary>
    public static string[] Instructions(ProfileOptions profile, string workspace) => profile.PermissionsOrDefault == Permissions.All ? []
        : [.. Instructing.Select(name => Path.Combine(workspace, name)).Where(File.Exists).Take(1)];

    private static JsonObject Rules(ProfileOptions profile, string refuse, IReadOnlyList<RefusedCall> allowed)
    {
        // The last rule that matches decides, so these come from the widest to the narrowest.
        var rules = new JsonObject
        {
            ["*"] = refuse,
            ["read"] = new JsonObject { ["*"] = "allow", ["*.env"] = refuse, ["*.env.*"] = refuse, ["*.env.example"] = "allow" },
            ["kanban_*"] = "allow",
        };
        foreach (var name in Looking)
            rules[name] = "allow";
        foreach (var name in (string[])["bash", "edit", "webfetch"])
            rules[name] = name == "edit" && profile.PermissionsOrDefault == Permissions.Edit ? "allow" : Refused(refuse);
        foreach (var (tool, pattern) in profile.Tools.Select(Parts))
        {
            if (pattern is null)
                rules[tool] = "allow";
            else if (rules[tool] is JsonObject patterns)
                patterns[pattern] = "allow";
            else if (rules[tool] is null)
                rules[tool] = new JsonObject { ["*"] = refuse, [pattern] = "allow" };
        }
        // Of commands that are joined (a && b) it asks for each, which no rule here names: they are refused again.
        foreach (var call in allowed.Where(c => c.Input.AsSpan().IndexOfAny(NotToTheLetter) < 0))
            if (rules[call.Kind] is JsonObject patterns)
                patterns[call.Input] = "allow";
        return rules;
    }

    /// <summary>A tool whose last rule is <c>*</c> is not even offered, and what is not offered is never told as refused.</summary>
    private static JsonObject Refused(string refuse) => new() { ["*"] = refuse, ["?*"] = refuse };

    /// <summary><c>bash</c>, or <c>bash:npm test*</c>.</summary>
    private static (string Tool, string? Pattern) Parts(string entry) =>
        entry.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? (entry[..colon], entry[(colon + 1)..]) : (entry, null);
}
