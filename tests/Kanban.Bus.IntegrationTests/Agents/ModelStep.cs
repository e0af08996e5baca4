namespace Kanban.Bus.IntegrationTests.Agents;

/// <summary>What the mock of a model provider answers to one request of an agent.</summary>
public abstract record ModelStep
{
    /// <summary>A text, whole or word by word with a pause before each.</summary>
    public sealed record Text(string Words, TimeSpan Pause = default) : ModelStep;

    /// <summary>The model asks for a command to be run; each agent's own tool for that is named.</summary>
    public sealed record Command(string Line) : ModelStep;

    /// <summary>429 with <c>retry-after</c>, and with the time at which a plan's limit resets where one is given.</summary>
    public sealed record Limit(int RetryAfterSeconds, DateTimeOffset? ResetsAt = null) : ModelStep;

    /// <summary>An answer of another status, such as 500 or 401.</summary>
    public sealed record Status(int Code) : ModelStep;

    /// <summary>No answer until the caller goes.</summary>
    public sealed record Hang : ModelStep;

    /// <summary>The connection is cut in mid-answer.</summary>
    public sealed record Cut : ModelStep;
}
