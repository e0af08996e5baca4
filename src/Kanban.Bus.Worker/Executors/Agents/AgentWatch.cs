using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Runs;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>A run's executor beside its supervision: reads what the agent tells, answers it, and knows when it is done. For programs that tell nothing it does nothing.</summary>
internal sealed class AgentWatch : IDisposable
{
    private readonly LiveRun _run;
    private readonly ILogger _log;
    private readonly EventFeed? _feed;

    /// <exception cref="IOException">The run's directory can't be read.</exception>
    public AgentWatch(LiveRun run, TimeProvider clock, ILogger log)
    {
        (_run, _log) = (run, log);
        State = run.Directory.ReadAgent();
        // The profile may have changed since the start: what was started counts.
        Executor = ExecutorCatalog.Of(State.Executor);
        if (Executor.Translator is { } translator)
            _feed = new EventFeed(run.Directory, translator, State, clock);
        run.Progress.Know(State);
    }

    public Executor Executor { get; }
    public AgentState State { get; }

    /// <summary>Its work is over though its process lives.</summary>
    public bool IsOver => State.Over;

    public void Look()
    {
        if (_feed is null)
            return;
        State.News = _run.News;
        _feed.ReadOn();
        _run.Progress.Know(State);
    }

    public bool LookIfOver()
    {
        Look();
        return IsOver;
    }

    /// <summary>Tells an agent that is spoken with to stop, before any signal does.</summary>
    public void AskStop() => _feed?.Say(Executor.Farewell(State));

    /// <summary>Every process is dead: reads the rest, and ends what the run held elsewhere.</summary>
    public async Task EndAsync(CancellationToken ct)
    {
        _feed?.ReadOn(last: true);
        await Executor.ClearAsync(_run.Directory, State, ct);
        _run.Progress.Know(State);
        if (State.Unknown.Count > 0 || State.Unreadable > 0)
            _log.EventsUnknown(_run.Grant.RunId, _run.Grant.TaskKey, Executor.Name, State.Unreadable, string.Join(", ", State.Unknown.Select(u => $"{u.Key} ({u.Value})")));
    }

    public void Dispose() => _feed?.Dispose();
}
