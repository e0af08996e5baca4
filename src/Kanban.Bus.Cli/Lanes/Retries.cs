using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Lanes;

/// <summary>Retry rules by class on the command line: <c>--retries provider=20/30s --retries host=5</c>.</summary>
internal static class Retries
{
    private const string Name = "--retries";

    public static Option<string[]> Option(string none) => Options.Many(Name,
        $"Runs that may end by one class of fault ({string.Join(", ", Words.All<ErrorClass>())}), and the wait before the second{none}; may be given again", "CLASS=RUNS[/TIME]");

    /// <summary>For something new.</summary>
    public static IReadOnlyDictionary<string, RetryRule?>? Of(string[] given) =>
        given.Length == 0 ? null : Once(given).ToDictionary(r => r.Class, r => (RetryRule?)(r.Rule ?? throw new UsageException($"{Name} takes CLASS=RUNS/TIME such as provider=20/30s; not '{r.Class}=none'.")));

    /// <summary>For a merge patch: <c>CLASS=none</c> gives one its default, <c>none</c> alone gives all theirs.</summary>
    public static Clearable? Patch(string[] given)
    {
        if (given.Length == 0)
            return null;
        if (Options.IsNone(Name, given))
            return new Clearable(null);
        var patch = new JsonObject();
        foreach (var (name, rule) in Once(given))
            patch[name] = rule is null ? null : new JsonObject { ["attempts"] = rule.Attempts, ["backoffSeconds"] = rule.BackoffSeconds };
        return new Clearable(patch);
    }

    public static string Text(string name, RetryRule rule) =>
        $"{name}={rule.Attempts?.ToString(CultureInfo.InvariantCulture) ?? "shared"}/{rule.BackoffSeconds}s";

    private static List<(string Class, RetryRule? Rule)> Once(string[] given)
    {
        var rules = given.Select(Read).ToList();
        return rules.GroupBy(r => r.Class).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw new UsageException($"{Name} names {twice.Key} twice; say it once.")
            : rules;
    }

    private static (string Class, RetryRule? Rule) Read(string item)
    {
        if (item.Split('=') is [var word, var rule] && Words.Parse<ErrorClass>(word) is { } known)
        {
            if (rule is "none")
                return (Words.Of(known), null);
            var parts = rule.Split('/');
            int? attempts = int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;
            var backoff = parts.Length == 2 ? Times.Seconds(parts[1]) : null;
            if (parts.Length <= 2 && (attempts is not null || parts[0].Length == 0 && parts.Length == 2) && (parts.Length == 1 || backoff is not null))
                return (Words.Of(known), new RetryRule(attempts, backoff));
        }

        throw new UsageException($"{Name} takes CLASS=RUNS/TIME such as provider=20/30s, the class one of {string.Join(", ", Words.All<ErrorClass>())}; not '{item}'.");
    }
}
