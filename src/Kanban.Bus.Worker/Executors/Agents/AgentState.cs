using System.Text.Json.Serialization;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>What a worker knows of a running agent: kept in the run's directory, so that a restarted worker goes on where the last one stopped.</summary>
internal sealed class AgentState
{
    private const int MostKinds = 20;
    private const int MostTools = 200;
    private const int MostRefused = 50;

    public string Executor { get; set; } = Hosting.ProfileOptions.Shell;

    /// <summary>First byte of standard output that has not been read.</summary>
    public long Offset { get; set; }

    /// <summary>It is in the middle of a line too long to read: what comes up to the line feed is no line of its own.</summary>
    public bool WithinLongLine { get; set; }

    /// <summary>Where its sessions are kept on this host; null where it has none.</summary>
    public string? Folder { get; set; }

    /// <summary>The program that holds the run's container; null without one.</summary>
    public string? Engine { get; set; }

    /// <summary>What that program needs to find its engine, as when the run was started.</summary>
    public Dictionary<string, string> EngineEnvironment { get; set; } = [];

    /// <summary>What that program lets the container have, in MiB; null without a bound.</summary>
    public int? MemoryMb { get; set; }

    public string? Session { get; set; }
    public string? Model { get; set; }

    /// <summary>What the session had used before this run, where the agent counts over all of it.</summary>
    public AgentUsage? Before { get; set; }

    /// <summary>Of this run.</summary>
    public AgentUsage? Usage { get; set; }

    public string? LastMessage { get; set; }

    /// <summary>The turn, or message, that was read last: an agent may write one in several lines.</summary>
    public string? Turn { get; set; }

    public int Turns { get; set; }

    /// <summary>How the agent itself says it ended; null while it has said nothing.</summary>
    public AgentEnd? End { get; set; }

    /// <summary>When the limit resets that the agent met, as it said before its end.</summary>
    public DateTimeOffset? LimitResetsAt { get; set; }

    /// <summary>What it was not allowed to do.</summary>
    public List<RefusedCall> Refused { get; set; } = [];

    /// <summary>What a person allowed it, of what earlier runs were refused.</summary>
    public List<RefusedCall> Allowed { get; set; } = [];

    /// <summary>Where that is kept for the task's next run.</summary>
    public string? Home { get; set; }

    /// <summary>Its profile wants a person asked, where something was refused.</summary>
    public bool AsksWhenRefused { get; set; }

    /// <summary>Tool calls under way: id, and what they are to change.</summary>
    public Dictionary<string, ToolCall> Tools { get; set; } = [];

    /// <summary>Lines of a kind that this version does not know, by kind.</summary>
    public SortedDictionary<string, int> Unknown { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Lines that are no event at all: notices, and lines too long to read.</summary>
    public int Unreadable { get; set; }

    /// <summary>The worker writes to its standard input while it runs.</summary>
    public bool IsSpokenWith { get; set; }

    /// <summary>The client's side of an ACP conversation; null for other agents.</summary>
    public AcpTalk? Acp { get; set; }

    /// <summary>What people said that the run has not had yet, by the board's last word.</summary>
    [JsonIgnore]
    public IReadOnlyList<CommentView> News { get; set; } = [];

    /// <summary>Ids of comments that were spoken into the session.</summary>
    public List<long> Heard { get; set; } = [];

    /// <summary>Lines that it has yet to be told.</summary>
    public List<string> Outbox { get; set; } = [];

    /// <summary>The run's work is over though its process lives: it is to be ended.</summary>
    public bool Over { get; set; }

    public void CountUnknown(string kind)
    {
        var known = kind.Length > 60 ? kind[..60] : kind;
        if (!Unknown.ContainsKey(known) && Unknown.Count >= MostKinds)
            known = "other";
        Unknown[known] = Unknown.GetValueOrDefault(known) + 1;
    }

    public void Open(string id, ToolCall call)
    {
        if (Tools.Count < MostTools)
            Tools[id] = call;
    }

    /// <summary>Once, however often it is asked for.</summary>
    /// <returns>Whether it is new.</returns>
    public bool Refuse(RefusedCall call)
    {
        if (Refused.Count >= MostRefused || Refused.Any(r => r.Text == call.Text))
            return false;
        Refused.Add(call);
        return true;
    }

    public ToolCall? Close(string id) => Tools.Remove(id, out var call) ? call : null;
}

/// <param name="Path">The file it writes; null where it writes none.</param>
/// <param name="Refusal">What it would be, if it were refused.</param>
internal sealed record ToolCall(string Tool, string? Path, string? Change, RefusedCall? Refusal = null);

/// <param name="Status">HTTP status of the provider, where it ended by one.</param>
/// <param name="Passing">The agent itself says that trying again may help.</param>
internal sealed record AgentEnd(bool Ok, string? Text = null, int? Status = null, double? RetryAfterSeconds = null, bool Passing = false);
