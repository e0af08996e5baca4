using System.CommandLine;
using System.CommandLine.Parsing;
using Kanban.Bus.Board.Hosting;

namespace Kanban.Bus.Cli;

/// <summary>What is wrong with a command line that can't be understood. One wrong word makes many others wrong, so the first is told alone.</summary>
internal static class Mistakes
{
    /// <summary>As it was typed, without arguments: <c>kanban task add</c>.</summary>
    public static string PathOf(CommandResult at) =>
        at.Parent is CommandResult parent ? $"{PathOf(parent)} {at.Command.Name}" : "kanban";

    public static string Say(ParseResult parsed, string path)
    {
        var command = parsed.CommandResult.Command;
        var verbs = command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name).ToList();
        if (command.TreatUnmatchedTokensAsErrors && parsed.UnmatchedTokens is [var word, ..])
        {
            if (word.StartsWith('-'))
                return $"'{path}' has no option '{word}'.{Nearest.Hint(word, OptionsOf(parsed.CommandResult))}";
            if (verbs.Count == 0)
                return $"'{word}' is more than '{path}' takes.";
            return Nearest.To(word, verbs) is { } meant
                ? $"There is no command '{path} {word}'.{Nearest.Hint(meant)}"
                : $"There is no command '{path} {word}'; there are {string.Join(", ", verbs)}.";
        }
        return verbs.Count > 0 && command.Action is null
            ? $"'{path}' does nothing by itself; it has {string.Join(", ", verbs)}."
            : string.Join('\n', parsed.Errors.Select(error => error.Message).Distinct());
    }

    private static IEnumerable<string> OptionsOf(CommandResult at)
    {
        var own = at.Command.Options.Select(option => option.Name);
        return at.Parent is CommandResult parent ? own.Concat(OptionsOf(parent)) : own;
    }
}
