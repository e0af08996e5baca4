using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Artifacts;

/// <summary>What names of files and patterns for them may be.</summary>
public static class ArtifactRules
{
    private const int PartLength = 255;

    /// <summary>Why a name is none; null when it is one. It is a label: nothing ever opens a file of the board by it.</summary>
    /// <param name="folders">It may have them.</param>
    public static string? WhyNot(string? name, bool folders)
    {
        if (string.IsNullOrEmpty(name) || name.Length > Limits.ArtifactNameLength)
            return $"A file's name has 1 to {Limits.ArtifactNameLength} characters.";
        if (name.Any(c => char.IsControl(c) || c is '\\' || char.IsSurrogate(c) && !IsPaired(name)))
            return "A file's name has no control characters and no backslash.";
        var parts = name.Split('/');
        if (parts.Length > 1 && !folders)
            return "An attachment's name has no folders: no '/'.";
        return parts.Any(p => p.Length is 0 or > PartLength || p is "." or "..")
            ? "A file's name is relative, without empty, '.' or '..' parts, each of at most 255 characters."
            : null;
    }

    /// <param name="at">Pointer to the list.</param>
    public static IEnumerable<ProblemError> Patterns(string at, IReadOnlyList<string>? patterns)
    {
        if (patterns?.Count > Limits.ArtifactPatterns)
            yield return new(at, $"'artifacts' has {patterns.Count} patterns; at most {Limits.ArtifactPatterns} are allowed.");
        foreach (var pattern in patterns ?? [])
            if (WhyNot(pattern?.TrimEnd('/'), folders: true) is not null)
                yield return new(at, $"A pattern is a path within the workspace such as 'report.md', 'out/**' or '*.log', without '..'; given was '{Tasks.TaskRules.Shown(pattern)}'.");
    }

    /// <summary>Patterns as a column holds them.</summary>
    public static string Join(IReadOnlyList<string>? patterns) => string.Join('\n', (patterns ?? []).Distinct(StringComparer.Ordinal));

    public static IReadOnlyList<string> Split(string column) => column.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static bool IsPaired(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                return false;
            i++;
        }
        return true;
    }
}
