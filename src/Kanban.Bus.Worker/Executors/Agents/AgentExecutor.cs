using System.Text.Json.Nodes;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>What agents' command lines have in common: a binary, a brief, a session, a stream of events, and an end that the stream tells better than the exit status.</summary>
internal abstract class AgentExecutor : Executor
{
    private const string GoOn =
        "You have worked on this task before, in this same conversation, and were interrupted or answered. Look at what is there, then go on and finish it. The brief as it stands now:\n\n";

    /// <summary>What is started unless the profile names another binary.</summary>
    public abstract string Binary { get; }

    /// <summary>Whether a binary that ends with another status than 0 has failed, whatever it wrote.</summary>
    protected virtual bool ExitCounts => true;

    public sealed override RunEnd Read(int status, AgentState state, RunDirectory run, DateTimeOffset now)
    {
        var end = Judge(status, state, run, now);
        // A session that it could not go on with is left behind: the next run begins anew.
        if (end is { Outcome: Outcome.Failed, Class: ErrorClass.Agent } && state.Turns == 0)
            state.Session = null;
        return state is { AsksWhenRefused: true, Refused.Count: > 0 } && end.Outcome is Outcome.Succeeded or Outcome.Failed && end.Class is not (ErrorClass.Provider or ErrorClass.Host)
            ? new RunEnd(Outcome.Blocked, "it was not allowed to do this, and asks: " + string.Join("; ", state.Refused.Select(r => Asked(r, state))), Summary: end.Summary, Question: true)
            : end;
    }

    /// <remarks>Who overrides it calls it.</remarks>
    public override Task ClearAsync(RunDirectory run, AgentState state, CancellationToken ct)
    {
        RefusedCalls.Keep(state);
        return Task.CompletedTask;
    }

    protected virtual RunEnd Judge(int status, AgentState state, RunDirectory run, DateTimeOffset now)
    {
        if (state.End is not { } end)
            return Unsaid(status, state);
        if (!end.Ok)
            return Failed(end, state, now);
        return status == 0 || !ExitCounts
            ? new RunEnd(Outcome.Succeeded, Summary: state.LastMessage)
            : new RunEnd(Outcome.Failed, $"it said that it had finished, and ended with {ExitStatus.Read(status).Reason}", ErrorClass.Agent, Summary: state.LastMessage);
    }

    /// <summary>It ended without a word about its end.</summary>
    protected virtual RunEnd Unsaid(int status, AgentState state)
    {
        var exit = ExitStatus.Read(status);
        return exit.Class is ErrorClass.Host or ErrorClass.Provider
            ? exit with { Summary = state.LastMessage }
            : new RunEnd(Outcome.Failed, $"{Name} ended without saying how ({(status == 0 ? "exit 0" : exit.Reason)})", ErrorClass.Agent, Summary: state.LastMessage);
    }

    /// <summary>What is at fault, by what the provider answered and what the agent says of it.</summary>
    protected RunEnd Failed(AgentEnd end, AgentState state, DateTimeOffset now)
    {
        var status = end.Status ?? LimitText.StatusIn(end.Text);
        var reason = end.Text is { Length: > 0 } text ? $"{Name}: {text}" : $"{Name} says it has failed, without a reason";
        if (status is 401 or 403)
            return new RunEnd(Outcome.Failed, $"{reason} (this host's credentials for it were refused)", ErrorClass.Host, Summary: state.LastMessage);
        if (!end.Passing && !(status is { } code ? LimitText.IsProviders(code) : LimitText.SaysProvider(end.Text)))
            return new RunEnd(Outcome.Failed, reason, ErrorClass.Agent, Summary: state.LastMessage);
        var (at, after) = end.RetryAfterSeconds is { } told ? (null, told) : state.LimitResetsAt is { } resets ? (resets, null) : LimitText.Reset(end.Text, now);
        return new RunEnd(Outcome.Failed, reason, ErrorClass.Provider, at, after, state.LastMessage);
    }

    /// <summary>What one yes could not allow, the next one can't either.</summary>
    private string Asked(RefusedCall call, AgentState state) => state.Allowed.Any(call.IsSameAs)
        ? $"{call.Text} (a person allowed it, and {Name} can't be told so to the letter; the profile's tools may name it)"
        : call.Text;

    protected string Program(LaunchOrder order) => order.Profile.Binary is { Length: > 0 } given ? given : Binary;

    /// <summary>The brief as the run's directory has it, and where a session goes on a word on that.</summary>
    protected static string Prompt(LaunchOrder order) => order.Resume is null ? order.Grant.Brief : GoOn + order.Grant.Brief;

    /// <summary>What the agent says of itself goes on from what is known here.</summary>
    protected AgentState Begin(LaunchOrder order, string? session = null) => new() { Executor = Name, Session = session ?? order.Resume, Model = order.Profile.Model, AsksWhenRefused = order.Profile.AskWhenRefused, Home = order.AgentHome, Allowed = RefusedCalls.AllowedNow(order) };

    /// <summary>A folder for the agent's sessions that outlives the run; where the profile sets the variable, its folder.</summary>
    protected static string SessionFolder(LaunchOrder order, string variable, string name)
    {
        if (order.Environment.TryGetValue(variable, out var given))
            return given;
        var folder = Path.Combine(order.AgentHome, name);
        Directory.CreateDirectory(folder, AgentHomes.OwnerOnly);
        return folder;
    }

    /// <summary>The variables by which <c>kanban</c>, started by an agent, knows its run.</summary>
    protected static Dictionary<string, string> KanbanVariables(LaunchOrder order) =>
        order.Environment.Where(v => v.Key.StartsWith("KANBAN_", StringComparison.Ordinal)).ToDictionary(v => v.Key, v => v.Value);

    protected static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode?)t)]);

    protected static JsonObject Texts(Dictionary<string, string> texts) => new(texts.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)t.Value)));

    /// <summary>Writes a file for the agent into the run's directory, where only the worker's user reads it.</summary>
    protected static string Write(LaunchOrder order, string name, JsonObject json)
    {
        var path = Path.Combine(order.Run.Path, name);
        AtomicFile.Write(path, json.ToJsonString());
        return path;
    }
}
