using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Kanban.Bus.Cli.Client;

namespace Kanban.Bus.Cli.Pools;

/// <summary>Units by name on the command line: <c>--draw vllm-a=2 --draw acct-x=1</c>. A name alone is one unit.</summary>
internal static class Units
{
    private const string Form = "NAME=UNITS such as vllm-a=2";

    public static Option<string[]> Option(string name, string description, string helpName) => Options.Many(name, description + "; may be given again", helpName);

    /// <summary>For something new.</summary>
    public static IReadOnlyDictionary<string, int?>? Of(string option, string[] given) =>
        given.Length == 0 ? null : Read(option, given, Form, 1).ToDictionary(u => u.Key, u => (int?)(u.Value ?? throw new UsageException($"{option} takes {Form}; not '{u.Key}=none'.")));

    /// <summary>For a merge patch: <c>NAME=none</c> takes one out, <c>none</c> alone takes out all.</summary>
    /// <param name="form">What the option takes, where that is no units of pools.</param>
    /// <param name="alone">What a name alone stands for; null where a number has to be said.</param>
    public static Clearable? Patch(string option, string[] given, string form = Form, int? alone = 1)
    {
        if (given.Length == 0)
            return null;
        if (Options.IsNone(option, given))
            return new Clearable(null);
        return new Clearable(new JsonObject(Read(option, given, form, alone).Select(u => KeyValuePair.Create(u.Key, (JsonNode?)u.Value))));
    }

    public static string Text(IReadOnlyDictionary<string, int> units) => string.Join(' ', units.Select(u => $"{u.Key}={u.Value}"));

    private static Dictionary<string, int?> Read(string option, string[] given, string form, int? alone)
    {
        var units = new Dictionary<string, int?>();
        foreach (var item in given)
        {
            var (name, count) = item.Split('=') switch
            {
                [{ Length: > 0 } only] when alone is not null => (only, alone),
                [{ Length: > 0 } cleared, "none"] => (cleared, (int?)null),
                [{ Length: > 0 } counted, var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) => (counted, n),
                _ => throw new UsageException($"{option} takes {form}; not '{item}'."),
            };
            if (!units.TryAdd(name, count))
                throw new UsageException($"{option} names {name} twice; say it once.");
        }

        return units;
    }
}
