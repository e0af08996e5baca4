using System.Text;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Executors.Agents;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Tests.Worker.Agents;

/// <summary>What an executor makes of a recorded stream, or of lines made by hand.</summary>
internal sealed record Recorded(AgentState State, IReadOnlyList<AgentEvent> Events, string? Session, RunEnd End)
{
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 13, 35, 0, TimeSpan.Zero);

    public IEnumerable<string> Kinds => Events.Select(e => e.Event);

    public static string PathOf(string agent, string name) => Path.Combine(AppContext.BaseDirectory, "Worker", "Agents", "Streams", agent, name + ".jsonl");

    public static Recorded Read(string agent, string name, int exit, AgentState? state = null) => Play(agent, File.ReadAllLines(PathOf(agent, name)), exit, state);

    public static Recorded Play(string agent, IEnumerable<string> lines, int exit, AgentState? state = null)
    {
        var executor = ExecutorCatalog.Of(agent);
        state ??= new AgentState { Executor = agent };
        var events = new List<AgentEvent>();
        foreach (var line in lines)
        {
            if (Translator.Parse(Encoding.UTF8.GetBytes(line)) is { } parsed)
                events.AddRange(executor.Translator!.Translate(parsed, state));
            else
                state.Unreadable++;
        }
        return new(state, events, state.Session, executor.Read(exit, state, new RunDirectory("/nowhere", Guid.Empty), Now));
    }
}
