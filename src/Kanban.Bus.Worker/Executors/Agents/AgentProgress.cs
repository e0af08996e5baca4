using Kanban.Bus.Contracts;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>What the board has yet to hear of a run's agent: its session at once, its usage now and then.</summary>
internal sealed class AgentProgress(Grant grant)
{
    private static readonly TimeSpan UsageEvery = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private RunProgress _known = new(grant.RunId, grant.FencingToken, null, null);
    private RunProgress _told = new(grant.RunId, grant.FencingToken, null, null);
    private long _usageToldAt;

    public void Know(AgentState state)
    {
        lock (_gate)
            _known = _known with { Session = state.Session is { Length: <= Limits.SessionLength } session ? session : null, Usage = state.Usage, Heard = state.Heard.Count == 0 ? null : [.. state.Heard] };
    }

    /// <summary>What is new; null for nothing. Who takes it tells the board, or puts it back.</summary>
    public RunProgress? Take(TimeProvider clock)
    {
        lock (_gate)
        {
            var usageIsDue = _known.Usage != _told.Usage && (_told.Usage is null || clock.GetElapsedTime(_usageToldAt) >= UsageEvery);
            var heard = (_known.Heard ?? []).Except(_told.Heard ?? []).ToList();
            if (_known.Session == _told.Session && !usageIsDue && heard.Count == 0)
                return null;
            _usageToldAt = clock.GetTimestamp();
            _told = _known;
            return _known with { Heard = heard.Count == 0 ? null : heard };
        }
    }

    /// <summary>The board did not answer: all of it is told again.</summary>
    public void PutBack()
    {
        lock (_gate)
            _told = _told with { Session = null, Usage = null, Heard = null };
    }
}
