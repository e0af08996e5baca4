using System.Text;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Tasks;

/// <summary>What the fields of a task may hold, wherever they come from. Each rule yields a sentence per fault.</summary>
public static class TaskRules
{
    public const int MaxParents = 1_000;
    public const int MaxNeeds = 32;
    public const int MaxLabels = 32;
    public const int MaxRuntimeSeconds = 30 * 24 * 3600;
    public const int IdempotencyKeyLength = 200;

    private static readonly DateTimeOffset EndOfTime = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static IEnumerable<ProblemError> Title(string at, string? title)
    {
        if (string.IsNullOrWhiteSpace(title))
            yield return new(at, "'title' is empty; it has 1 to 200 characters.");
        else if (title.Length > Limits.TitleLength)
            yield return new(at, $"'title' has {title.Length} characters; at most {Limits.TitleLength} are allowed.");
        else if (title.Any(char.IsControl))
            yield return new(at, "'title' holds a control character (a line break, a tab, a NUL); it is one line of text.");
    }

    /// <summary>Whether a body is over its size, which is answered by 413 rather than 400.</summary>
    public static bool IsTooLarge(string? body, out int bytes)
    {
        bytes = body is null ? 0 : Encoding.UTF8.GetByteCount(body);
        return bytes > Limits.BodyBytes;
    }

    /// <summary>Text of many lines: bodies, reasons, comments.</summary>
    public static IEnumerable<ProblemError> Prose(string at, string name, string? text, int maxLength = int.MaxValue)
    {
        if (text?.Length > maxLength)
            yield return new(at, $"'{name}' has {text.Length} characters; at most {maxLength} are allowed.");
        if (text?.Contains('\0') is true)
            yield return new(at, $"'{name}' holds a NUL character, which text can't.");
    }

    public static IEnumerable<ProblemError> Name(string at, string field, string? name)
    {
        if (name is not null && !Limits.Name.IsMatch(name))
            yield return new(at, $"'{field}' is lower-case letters, digits and hyphens, 1 to 40; given was '{Shown(name)}'.");
    }

    public static IEnumerable<ProblemError> Needs(string at, IReadOnlyList<string>? needs)
    {
        if (needs?.Count > MaxNeeds)
            yield return new(at, $"'needs' names {needs.Count} capabilities; at most {MaxNeeds} are allowed.");
        foreach (var need in needs ?? [])
            if (need is null || !Limits.Capability.IsMatch(need))
                yield return new(at, $"A capability is a name of lower-case letters, digits and hyphens, alone or with =value or >=value; given was '{Shown(need)}'.");
    }

    public static IEnumerable<ProblemError> Labels(string at, IReadOnlyList<string>? labels)
    {
        if (labels?.Count > MaxLabels)
            yield return new(at, $"'labels' has {labels.Count}; at most {MaxLabels} are allowed.");
        foreach (var label in labels ?? [])
            if (label is null || !Limits.Name.IsMatch(label))
                yield return new(at, $"A label is lower-case letters, digits and hyphens, 1 to 40; given was '{Shown(label)}'.");
    }

    public static IEnumerable<ProblemError> Range(string at, string name, int? value, int min, int max)
    {
        if (value < min || value > max)
            yield return new(at, $"'{name}' is {min} to {max}; given was {value}.");
    }

    public static IEnumerable<ProblemError> Time(string at, string field, DateTimeOffset? time)
    {
        if (time >= EndOfTime)
            yield return new(at, $"'{field}' is before the year 9999; given was {time:O}.");
    }

    /// <summary>What a caller sent, short enough to be repeated to them.</summary>
    internal static string Shown(string? given) => given switch
    {
        null => "null",
        { Length: > 80 } => given[..80] + "…",
        _ => given,
    };
}
