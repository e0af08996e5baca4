using System.Collections.Concurrent;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Worker.Runs;

/// <summary>Every run this worker answers for: those under way, and those whose finish the board has not answered yet.</summary>
internal sealed class HeldRuns
{
    private readonly ConcurrentDictionary<Guid, LiveRun> _runs = new();

    public IReadOnlyList<LiveRun> All => [.. _runs.Values];

    public IReadOnlyList<HeldRun> Names() => [.. _runs.Values.Select(r => new HeldRun(r.Grant.RunId, r.Grant.FencingToken))];

    public LiveRun? Find(Guid runId) => _runs.GetValueOrDefault(runId);

    /// <summary>False when the run is held already: it must not be started a second time.</summary>
    public bool TryAdd(LiveRun run) => _runs.TryAdd(run.Grant.RunId, run);

    public void Remove(LiveRun run) => _runs.TryRemove(new(run.Grant.RunId, run));

    public void StopAll(StopCause cause)
    {
        foreach (var run in _runs.Values)
            run.AskStop(cause);
    }
}
