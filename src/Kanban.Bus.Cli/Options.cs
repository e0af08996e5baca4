using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using Kanban.Bus.Cli.Client;

namespace Kanban.Bus.Cli;

/// <summary>Kinds of options that several commands share, each with the sentence for a value it can't take.</summary>
internal static class Options
{
    private const string WholeSeconds = "a length of time in whole seconds, such as 90s, 15m or 1h30m";

    public static Option<string?> Text(string name, string description, string helpName, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = helpName };

    /// <summary>May be given again; <c>--needs a --needs b</c>.</summary>
    public static Option<string[]> Many(string name, string description, string helpName) =>
        new(name) { Description = description, HelpName = helpName, DefaultValueFactory = _ => [] };

    public static Option<int?> Number(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => int.TryParse(Only(result), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : Refuse<int?>(result, $"{name} takes a whole number, not '{Only(result)}'."),
    };

    /// <summary>Ids as lists print them. Left to itself, the parser takes any word in a list of them for the id of noughts.</summary>
    public static Argument<Guid[]> Ids(string description, ArgumentArity arity) => new("ID")
    {
        Description = description,
        Arity = arity,
        CustomParser = result =>
        {
            var ids = new List<Guid>();
            foreach (var given in result.Tokens.Select(token => token.Value))
                if (Guid.TryParse(given, out var id))
                    ids.Add(id);
                else
                    result.AddError($"ID takes an id in full, as the list shows it; not '{given}'.");
            return [.. ids];
        },
    };

    /// <summary>Yes or no; null when the option was not given.</summary>
    public static Option<bool?> YesNo(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "yes|no",
        CustomParser = result => Only(result) switch
        {
            "yes" or "true" => true,
            "no" or "false" => false,
            var other => Refuse<bool?>(result, $"{name} takes yes or no; not '{other}'."),
        },
    };

    /// <summary>One of an enum's words.</summary>
    public static Option<T?> Word<T>(string name, string description, string? alias = null, bool recursive = false) where T : struct, Enum
    {
        var option = new Option<T?>(name, alias is null ? [] : [alias])
        {
            Description = description,
            HelpName = string.Join('|', Words.All<T>()),
            Recursive = recursive,
            CustomParser = result => Words.Parse<T>(Only(result)) ?? Refuse<T?>(result, NotAmong<T>(name, Only(result))),
        };
        option.CompletionSources.Add(Words.All<T>());
        return option;
    }

    public static string NotAmong<T>(string name, string given) where T : struct, Enum =>
        $"{name} takes one of {string.Join(", ", Words.All<T>())}; not '{given}'.";

    /// <summary>A length of time: <c>90</c> (seconds), <c>90s</c>, <c>15m</c>, <c>1h30m</c>, <c>2d</c>.</summary>
    public static Option<TimeSpan?> Length(string name, string description) => new(name)
    {
        Description = description + " (90s, 15m, 1h30m)",
        HelpName = "TIME",
        CustomParser = result => Times.Length(Only(result))
            ?? Refuse<TimeSpan?>(result, $"{name} takes a length of time such as 90s, 15m or 1h30m; not '{Only(result)}'."),
    };

    /// <summary>A length of time that the API has in whole seconds.</summary>
    public static Option<int?> Seconds(string name, string description) => new(name)
    {
        Description = description + " (90s, 15m, 1h30m)",
        HelpName = "TIME",
        CustomParser = result => Times.Seconds(Only(result)) ?? Refuse<int?>(result, $"{name} takes {WholeSeconds}; not '{Only(result)}'."),
    };

    /// <summary>A value that <c>none</c> clears; null when the option was not given.</summary>
    public static Option<Clearable?> OrNone(string name, string description, string helpName, Func<string, JsonNode?> read, string allowed) => new(name)
    {
        Description = description + ", or none",
        HelpName = helpName,
        CustomParser = result => Only(result) is "none"
            ? new Clearable(null)
            : read(Only(result)) is { } value ? new Clearable(value) : Refuse<Clearable?>(result, $"{name} takes {allowed} or none; not '{Only(result)}'."),
    };

    public static Option<Clearable?> NumberOrNone(string name, string description) =>
        OrNone(name, description, "N", text => int.TryParse(text, CultureInfo.InvariantCulture, out var n) ? JsonValue.Create(n) : null, "a whole number");

    public static Option<Clearable?> LengthOrNone(string name, string description) =>
        OrNone(name, description, "TIME", text => Times.Seconds(text) is { } seconds ? JsonValue.Create(seconds) : null, WholeSeconds);

    /// <summary>Puts what was given into a JSON merge patch.</summary>
    public static void Put(this JsonObject patch, string field, Clearable? given)
    {
        if (given is not null)
            patch[field] = given.Value?.DeepClone();
    }

    public static void Put(this JsonObject patch, string field, JsonNode? given)
    {
        if (given is not null)
            patch[field] = given;
    }

    /// <summary>Null where an option was not given at all.</summary>
    public static string[]? Given(string[] items) => items.Length == 0 ? null : items;

    /// <summary>All that a list is to hold; <c>none</c> empties it. Null where the option was not given.</summary>
    public static JsonArray? Set(string name, string[] given) =>
        given.Length == 0 ? null : IsNone(name, given) ? [] : [.. given.Select(item => (JsonNode)item)];

    /// <summary>Whether <c>none</c> was given, which means nothing beside others.</summary>
    public static bool IsNone(string name, string[] given) => given.Contains("none") && (given.Length == 1
        ? true
        : throw new UsageException($"{name} takes none alone or what there should be, not both."));

    /// <summary>An edit that would change nothing is a mistake of the caller's.</summary>
    public static JsonObject OrRefuse(this JsonObject patch, string what) =>
        patch.Count > 0 ? patch : throw new UsageException($"Nothing to change: {what}");

    public static string Only(ArgumentResult result) => result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";

    public static T Refuse<T>(ArgumentResult result, string sentence)
    {
        result.AddError(sentence);
        return default!;
    }
}

/// <summary>A given value, or the word <c>none</c>.</summary>
internal sealed record Clearable(JsonNode? Value);
