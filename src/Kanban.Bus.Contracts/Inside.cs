using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kanban.Bus.Contracts;

// What a run says and asks for with its run token. docs/lanes.md is the page for who writes such runs.

/// <summary>How a run says that it ends.</summary>
[JsonConverter(typeof(EnumWords<EndingAs>))]
public enum EndingAs
{
    Done,

    /// <summary>A person must act first.</summary>
    Blocked,

    Failed,

    /// <summary>Done, and asks for a verdict.</summary>
    Review,
}

/// <summary>Run → its worker, in the file <c>KANBAN_ENDING_FILE</c>: how it ends, whatever its exit status. Written once; nothing replaces it.</summary>
/// <param name="Summary">What children and people read; at most 4,000 characters.</param>
/// <param name="Reason">Why it is blocked or has failed, or what the reviewer should look at.</param>
/// <param name="Metadata">Any JSON of the run's own, at most 64 KiB.</param>
/// <param name="Class">What was at fault, where it failed.</param>
/// <param name="RetryAt">When the limit resets that it met.</param>
/// <param name="Question">The reason is a question to a person, whose answer lets the task go on.</param>
/// <param name="At">When it was said, by the clock of the run's host.</param>
public sealed record Ending(
    EndingAs As,
    string? Summary = null,
    string? Reason = null,
    JsonElement? Metadata = null,
    ErrorClass? Class = null,
    DateTimeOffset? RetryAt = null,
    bool Question = false,
    DateTimeOffset? At = null);

/// <summary>Run → board: I am about to end; are these keys tasks that I made?</summary>
/// <param name="Created">Keys of child tasks that the run claims to have made.</param>
public sealed record CheckEnding(IReadOnlyList<string>? Created = null);

/// <summary>Run → board: I am at work.</summary>
/// <param name="Note">What it is at, for people; at most 2,000 characters.</param>
public sealed record RunPulse(string? Note = null);

/// <summary>Board → run: the lease that its token belongs to. Who reads this held it at <paramref name="Now"/>, with the task's latest token.</summary>
/// <param name="ExpiresAt">Unless its worker renews it first.</param>
/// <param name="Stopping">It was asked to stop.</param>
/// <param name="Now">The board's clock.</param>
/// <param name="Unseen">Comments on its task that it has not read yet.</param>
public sealed record RunLease(
    Guid RunId, string TaskKey, long FencingToken, DateTimeOffset ExpiresAt, bool Stopping, string? Reason, DateTimeOffset Now, int Unseen);
