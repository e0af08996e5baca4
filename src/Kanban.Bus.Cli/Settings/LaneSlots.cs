using System.CommandLine;
using System.Globalization;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Settings;

/// <summary><c>--lane NAME=SLOTS</c>, given again for each lane.</summary>
internal static class LaneSlots
{
    public static Option<Dictionary<string, int>> Option(string description) => new("--lane")
    {
        Description = description,
        HelpName = "NAME=SLOTS",
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => [],
        CustomParser = result =>
        {
            var lanes = new Dictionary<string, int>();
            foreach (var given in result.Tokens.Select(token => token.Value))
            {
                var parts = given.Split('=');
                if (parts.Length == 2 && Limits.Name.IsMatch(parts[0]) && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var slots) && slots is >= 1 and <= 10_000)
                {
                    if (!lanes.TryAdd(parts[0], slots))
                        result.AddError($"--lane names {parts[0]} twice; say it once.");
                }
                else
                    result.AddError($"--lane takes NAME=SLOTS, such as shell=2 (a name of lower-case letters, digits and hyphens, 1 to 10,000 slots); not '{given}'.");
            }

            return lanes;
        },
    };
}
