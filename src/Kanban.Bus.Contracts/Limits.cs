using System.Text.RegularExpressions;

namespace Kanban.Bus.Contracts;

/// <summary>Bounds that the API enforces; beyond them it answers 400, or 413 where a size is exceeded.</summary>
public static partial class Limits
{
    /// <summary>Boards, lanes, hosts, workers, profiles, labels: lower-case letters, digits, hyphens; 1 to 40.</summary>
    public const string NamePattern = "^[a-z0-9-]{1,40}$";

    /// <summary>A capability, with an optional value, which a task may compare: <c>cuda</c>, <c>repo=web</c>, <c>mem&gt;=64</c>, <c>codex&lt;1</c>.</summary>
    public const string CapabilityPattern = "^[a-z0-9-]{1,40}((=|>=|<=|<|>)[A-Za-z0-9._-]{1,40})?$";

    public const int TitleLength = 200;

    /// <summary>UTF-8 bytes of a task's body, and of a whole request that is not a bulk or a log chunk.</summary>
    public const int BodyBytes = 256 * 1024;

    public const int BulkItems = 1_000;
    public const int PageSize = 200;
    public const int DefaultPageSize = 50;
    public const int CommentLength = 16_384;
    public const int AcceptanceLength = 16_384;
    public const int ReasonLength = 2_000;

    /// <summary>Summary of a run, in characters. Longer ones are cut by the worker before they are sent.</summary>
    public const int SummaryLength = 4_000;

    /// <summary>Where a task's runs work, in characters.</summary>
    public const int WorkspaceLength = 500;

    /// <summary>An agent's session, in characters.</summary>
    public const int SessionLength = 200;

    /// <summary>Bytes of one uploaded piece of a log.</summary>
    public const int LogChunkBytes = 256 * 1024;

    /// <summary>Bytes of one uploaded piece of an artifact.</summary>
    public const int ArtifactPieceBytes = 1024 * 1024;

    public const int ArtifactNameLength = 400;

    /// <summary>Patterns of artifacts that a lane or a task names.</summary>
    public const int ArtifactPatterns = 32;

    public const int MinPriority = -1000;
    public const int MaxPriority = 1000;

    // The patterns as documents show them end in $, which .NET also lets match before a last line break: a look ahead refuses that.
    private const string NoLineBreak = "(?!\n)";

    [GeneratedRegex(NamePattern + NoLineBreak, RegexOptions.CultureInvariant)]
    public static partial Regex Name { get; }

    [GeneratedRegex(CapabilityPattern + NoLineBreak, RegexOptions.CultureInvariant)]
    public static partial Regex Capability { get; }
}
