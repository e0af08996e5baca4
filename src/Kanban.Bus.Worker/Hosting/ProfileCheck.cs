using System.Text.RegularExpressions;
using Kanban.Bus.Worker.Executors;

namespace Kanban.Bus.Worker.Hosting;

/// <summary>What of a profile can't work; each a sentence that begins with the key.</summary>
internal static partial class ProfileCheck
{
    private static readonly string[] Kinds = ["scratch", "dir", "worktree"];

    public static IEnumerable<string> Faults(ProfileOptions p)
    {
        if (!ExecutorCatalog.Names.Contains(p.Executor))
            yield return $"Executor is '{p.Executor}'; this version knows {string.Join(", ", ExecutorCatalog.Names)}.";
        if (p.CommandOrDefault[0].Length == 0)
            yield return "Command starts with an empty word; its first word is the program.";
        if (p.Command.Count > 0 && p.Executor is not (ProfileOptions.Shell or "container" or "acp"))
            yield return $"Command is given, but the executor '{p.Executor}' makes its own; name another program with Binary, and more words with Arguments.";
        foreach (var fault in ProfileKeys.Unheeded(p))
            yield return fault;
        if (p.Executor == "container" && string.IsNullOrEmpty(p.Image))
            yield return "Image is missing; the executor 'container' needs one, such as debian:12.";
        if (p.Executor != "container" && p.Image is not null)
            yield return $"Image is given, but the executor is '{p.Executor}'; only 'container' takes one.";
        foreach (var kind in p.Workspaces.Where(k => !Kinds.Contains(k)))
            yield return $"Workspaces has '{kind}'; allowed are {string.Join(", ", Kinds)}.";
        foreach (var name in p.Environment.Keys.Concat(p.Secrets.Keys).Concat(p.PassEnvironment).Where(n => !Variable().IsMatch(n)))
            yield return $"'{name}' is no name of a variable: letters, digits and underscores, not a digit first.";
        foreach (var name in p.Environment.Keys.Intersect(p.Secrets.Keys))
            yield return $"{name} is both in Environment and in Secrets; keep one.";
        foreach (var (name, secret) in p.Secrets.Where(s => (s.Value.File is { Length: > 0 }) == (s.Value.Command.Count > 0)))
            yield return $"Secrets:{name} needs a File or a Command, one of the two.";
        foreach (var (name, value) in new (string, double?)[]
        {
            ("MaxRuntime", p.Limits.MaxRuntime?.TotalSeconds), ("Silence", p.Limits.Silence?.TotalSeconds),
            ("MemoryMb", p.Limits.MemoryMb), ("Processes", p.Limits.Processes), ("DiskMb", p.Limits.DiskMb),
        })
        {
            if (value < 1)
                yield return $"Limits:{name} is {value}; at least 1 is needed.";
        }
        if (p.AllowWhenAnswered && !p.AskWhenRefused)
            yield return "AllowWhenAnswered is true, and AskWhenRefused is not: nothing would ever be asked.";
        if (p.MaxCostUsd is <= 0)
            yield return $"MaxCostUsd is {p.MaxCostUsd}; more than 0 is needed.";
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex Variable();
}
