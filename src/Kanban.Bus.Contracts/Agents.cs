using System.Text.Json.Serialization;

namespace Kanban.Bus.Contracts;

/// <summary>What agents do, in one vocabulary for all of them: the words of <see cref="AgentEvent.Event"/>. A reader passes by a word it does not know.</summary>
public static class AgentEvents
{
    public const string RunStarted = "run.started";
    public const string TurnStarted = "turn.started";
    public const string Message = "message";
    public const string Reasoning = "reasoning";
    public const string ToolStarted = "tool.started";
    public const string ToolFinished = "tool.finished";
    public const string FileChanged = "file.changed";
    public const string Usage = "usage";
    public const string Retry = "retry";
    public const string ApprovalNeeded = "approval.needed";
    public const string RunFinished = "run.finished";

    public static readonly IReadOnlyList<string> All =
        [RunStarted, TurnStarted, Message, Reasoning, ToolStarted, ToolFinished, FileChanged, Usage, Retry, ApprovalNeeded, RunFinished];
}

/// <summary>One line of a run's log stream <c>events</c>, as JSON: something an agent did. What does not apply is left out.</summary>
/// <param name="Event">One of <see cref="AgentEvents"/>.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record AgentEvent(string Event)
{
    /// <summary>When the worker read it; in a line that a program wrote itself, whatever it says.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Where the line that it was read from begins in the run's standard output.</summary>
    public long? Raw { get; init; }

    /// <summary>The tool call's own id: the same in <c>tool.started</c> and <c>tool.finished</c>.</summary>
    public string? Id { get; init; }

    public string? Tool { get; init; }

    /// <summary>What was said, thought, called with, answered or asked; at most 4,000 characters.</summary>
    public string? Text { get; init; }

    /// <summary>Of <c>tool.finished</c> and <c>run.finished</c>.</summary>
    public bool? Ok { get; init; }

    public string? Path { get; init; }

    /// <summary>Of <c>file.changed</c>: <c>add</c>, <c>update</c> or <c>delete</c>.</summary>
    public string? Change { get; init; }

    public string? Session { get; init; }
    public string? Model { get; init; }

    /// <summary>The tool call of an agent above this one, where a sub-agent did it.</summary>
    public string? Parent { get; init; }

    /// <summary>Of <c>retry</c>: which one, counted from 1.</summary>
    public int? Attempt { get; init; }

    public double? DelaySeconds { get; init; }

    /// <summary>HTTP status that the agent's provider answered.</summary>
    public int? Status { get; init; }

    public AgentUsage? Usage { get; init; }
}

/// <summary>What a run used, counted from its own start also where it goes on with an earlier run's session.</summary>
/// <param name="InputTokens">Without those read from a cache or written to it.</param>
/// <param name="OutputTokens">Reasoning included.</param>
/// <param name="ReasoningTokens">Of the output, where the agent tells.</param>
/// <param name="CostUsd">As the agent itself says; null where it does not.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record AgentUsage(
    long InputTokens = 0, long OutputTokens = 0, long CacheReadTokens = 0, long CacheWriteTokens = 0, long ReasoningTokens = 0, decimal? CostUsd = null)
{
    /// <summary>The executor that counted.</summary>
    public string? Agent { get; init; }

    public string? Model { get; init; }
    public int? Turns { get; init; }

    public static AgentUsage operator +(AgentUsage a, AgentUsage b) => a with
    {
        InputTokens = a.InputTokens + b.InputTokens,
        OutputTokens = a.OutputTokens + b.OutputTokens,
        CacheReadTokens = a.CacheReadTokens + b.CacheReadTokens,
        CacheWriteTokens = a.CacheWriteTokens + b.CacheWriteTokens,
        ReasoningTokens = a.ReasoningTokens + b.ReasoningTokens,
        CostUsd = a.CostUsd is null && b.CostUsd is null ? null : (a.CostUsd ?? 0) + (b.CostUsd ?? 0),
    };

    /// <summary>What came since <paramref name="b"/>, of a count that only rises; one that began anew counts whole.</summary>
    public static AgentUsage operator -(AgentUsage a, AgentUsage b) =>
        a.InputTokens < b.InputTokens || a.OutputTokens < b.OutputTokens || a.CacheReadTokens < b.CacheReadTokens ? a : a with
        {
            InputTokens = a.InputTokens - b.InputTokens,
            OutputTokens = a.OutputTokens - b.OutputTokens,
            CacheReadTokens = a.CacheReadTokens - b.CacheReadTokens,
            CacheWriteTokens = Math.Max(0, a.CacheWriteTokens - b.CacheWriteTokens),
            ReasoningTokens = Math.Max(0, a.ReasoningTokens - b.ReasoningTokens),
            CostUsd = a.CostUsd is { } all && b.CostUsd is { } before ? Math.Max(0, all - before) : a.CostUsd,
        };
}
