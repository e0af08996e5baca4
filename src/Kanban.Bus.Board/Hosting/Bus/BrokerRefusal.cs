using System.Text.RegularExpressions;

namespace Kanban.Bus.Board.Hosting;

/// <summary>What the broker says when it refuses a declaration, as a sentence for people.</summary>
internal static partial class BrokerRefusal
{
    public static string Sentence(string queue, string reply)
    {
        var match = Inequivalent().Match(reply);
        return match.Success
            ? $"The {match.Groups["what"].Value} '{queue}' exists with other arguments: {match.Groups["argument"].Value} is {Value(match.Groups["found"].Value)}, wanted {Value(match.Groups["wanted"].Value)}. Delete it by hand and the board makes it anew."
            : $"The broker refuses the queue '{queue}': {reply}";
    }

    private static string Value(string said) => Quoted().Match(said) is { Success: true } value ? value.Value : said;

    // 3.10: inequivalent arg 'x-queue-type' for queue 'q' in vhost '/': received 'quorum' but current is 'classic'
    // also: ... received none but current is the value '5' of type 'signedint'
    [GeneratedRegex("inequivalent arg '(?<argument>[^']+)' for (?<what>queue|exchange) .*: received (?<wanted>.+) but current is (?<found>.+)$")]
    private static partial Regex Inequivalent();

    [GeneratedRegex("'[^']*'")]
    private static partial Regex Quoted();
}
