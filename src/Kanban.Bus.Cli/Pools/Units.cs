using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Kanban.Bus.Cli.Client;

namespace Kanban.Bus.Cli.Pools;

/// <summary>Units by name on the command line: <c>--draw vllm-a=2 --draw acct-x=1</c>.</summary>
internal static class Units
{
    public static Option<string[]> Option(string name, string description, string helpName) => Options.Many(name, description + "; may be given again", helpName);

    /// <summary>For something new. A name alone is one unit.</summary>
    public static IReadOnlyDictionary<string, int?>? Of(string option, string[] given) =>
        given.Length == 0 ? null : Read(option, given).ToDictionary(u => u.Name, u => (int?)(u.Units ?? throw new UsageException($"{option} takes NAME=UNITS such as vllm-a=2; not '{u.Name}=none'.")));

    /// <summary>For a merge patch: <c>NAME=none</c> takes one out, <c>none</c> alone takes out all.</summary>
    public static Clearable? Patch(string option, string[] given)
    {
        if (given.Length == 0)
            return null;
        if (given is ["none"])
            return new Clearable(null);
        var patch = new JsonObject();
        foreach (var (name, units) in Read(option, given))
            patch[name] = units is { } n ? JsonValue.Create(n) : null;
        return new Clearable(patch);
    }

    public static string Text(IReadOnlyDictionary<string, int> units) => string.Join(' ', units.Select(u => $"{u.Key}={u.Value}"));

    private static IEnumerable<(string Name, int? Units)> Read(string option, string[] given)
    {
        foreach (var item in given)
            yield return item.Split('=') switch
            {
                [{ Length: > 0 } name] => (name, 1),
                [{ Length: > 0 } name, "none"] => (name, null),
                [{ Length: > 0 } name, var units] when int.TryParse(units, NumberStyles.None, CultureInfo.InvariantCulture, out var n) => (name, n),
                _ => throw new UsageException($"{option} takes NAME=UNITS such as vllm-a=2; not '{item}'."),
            };
    }
}
