using System.Text.RegularExpressions;

namespace Kanban.Bus.Board.Runs;

/// <summary>What two runs that ended by the same error have in common: the words of the error without what differs from run to run.</summary>
public static partial class Fingerprint
{
    public const int Length = 160;

    /// <summary>More of an error is not read.</summary>
    private const int Read = 2_000;

    /// <param name="reason">Why it ended.</param>
    /// <param name="summary">What it wrote last; its last line counts, where an exit status alone says little.</param>
    public static string Of(string? reason, string? summary)
    {
        var last = summary?.TrimEnd().Split('\n')[^1];
        var parts = new[] { reason, last }.Where(p => !string.IsNullOrWhiteSpace(p)).Select(p => Plain(p!)).Distinct();
        var text = string.Join(" | ", parts);
        return text.Length <= Length ? text : text[..Length];
    }

    private static string Plain(string text)
    {
        text = (text.Length <= Read ? text : text[..Read]).ToLowerInvariant();
        text = Address().Replace(text, "…");
        text = Time().Replace(text, "#");
        text = Id().Replace(text, "#");
        text = Folder().Replace(text, "…");
        text = Number().Replace(text, "#");
        return Space().Replace(text, " ").Trim();
    }

    [GeneratedRegex(@"\b[a-z][a-z0-9+.-]*://\S+")]
    private static partial Regex Address();

    [GeneratedRegex(@"\b\d{4}-\d\d-\d\d([t ]\d\d:\d\d(:\d\d([.,]\d+)?)?)?(z|[+-]\d\d:?\d\d)?\b|\b\d{1,2}:\d\d(:\d\d([.,]\d+)?)?\b")]
    private static partial Regex Time();

    // UUIDs, hashes, addresses in memory.
    [GeneratedRegex(@"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b0x[0-9a-f]+\b|\b(?=[a-f]*\d)[0-9a-f]{8,}\b")]
    private static partial Regex Id();

    // /a/b, ~/a, ./a, ../a, c:\a
    [GeneratedRegex(@"(?<![\w/.~])(~|\.{1,2})?/[^\s:;,'""()<>\]]+|\b[a-z]:\\[^\s;,'""()<>\]]+")]
    private static partial Regex Folder();

    // An exit status is the error itself.
    [GeneratedRegex(@"(?<![\d.,])(?<!\bexit )\d+([.,]\d+)*")]
    private static partial Regex Number();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
