using Kanban.Bus.Worker.Executors.Agents;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Executors;

/// <summary>The run could not be started on this host; the message says why and goes to the board.</summary>
internal sealed class RunNotStartedException(string message) : Exception(message);

/// <summary>Executor <c>shell</c>: the profile's argument vector, with paths put in. No word is ever joined into a shell string.</summary>
internal sealed class ShellExecutor : Executor
{
    public override string Name => ProfileOptions.Shell;

    /// <remarks>A program that follows the contract may write events and its session itself, and gets the session back.</remarks>
    public override Launch Prepare(LaunchOrder order) => new(Words(order.Profile.CommandOrDefault, order.Run))
    {
        Environment = order.Resume is { } session ? new Dictionary<string, string> { ["KANBAN_SESSION"] = session } : new Dictionary<string, string>(),
        State = new AgentState { Session = order.Resume },
    };

    /// <summary>The words with paths in the place of their names.</summary>
    internal static IReadOnlyList<string> Words(IEnumerable<string> words, RunDirectory run) => [.. words.Select(word => word
        .Replace("{body}", run.BodyFile, StringComparison.Ordinal)
        .Replace("{brief}", run.BriefFile, StringComparison.Ordinal)
        .Replace("{workspace}", run.Workspace, StringComparison.Ordinal))];
}

/// <summary>Executor <c>none</c>: starts nothing and reports success at once.</summary>
internal sealed class NoneExecutor : Executor
{
    public override string Name => ProfileOptions.None;

    public override Launch Prepare(LaunchOrder order) => throw new InvalidOperationException("The executor 'none' starts nothing.");
}
