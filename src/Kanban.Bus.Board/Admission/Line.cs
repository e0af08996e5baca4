namespace Kanban.Bus.Board.Admission;

/// <summary>A ready task's place in line: the earlier turn goes first.</summary>
public readonly record struct Place(DateTimeOffset TurnAt, Guid Id)
{
    /// <summary>Behind everybody.</summary>
    public static readonly Place Last = new(DateTimeOffset.MaxValue, Guid.Empty);

    public bool IsBefore(Place other) => TurnAt < other.TurnAt || TurnAt == other.TurnAt && Id.CompareTo(other.Id) < 0;
}

/// <summary>By what ready tasks are put in order, beside their turns.</summary>
/// <param name="Step">Tasks whose turns fall into the same step take turns by their fair keys.</param>
/// <param name="ReserveAfter">How long past its turn a task starves.</param>
/// <param name="Weights">By fair key; 1 for those it does not name.</param>
public sealed record OrderRules(
    TimeSpan Step, TimeSpan ReserveAfter, IReadOnlyDictionary<string, int> Weights, IReadOnlyList<Reservation> Reservations)
{
    public static readonly OrderRules None = new(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(5), new Dictionary<string, int>(), []);

    public int WeightOf(string key) => Weights.GetValueOrDefault(key, 1);

    public bool Starves(DateTimeOffset turnAt, DateTimeOffset now) => now - turnAt >= ReserveAfter;
}

/// <summary>The ready tasks, one after the other: step by step, in each step the key with the fewest live runs for its weight, of each key the earliest turn.</summary>
internal sealed class Line
{
    private readonly OrderRules _order;
    private readonly Queue<List<ReadyTask>> _steps;
    private readonly Dictionary<string, int> _runs = [];
    private readonly Dictionary<string, Queue<ReadyTask>> _waiting = [];
    private readonly PriorityQueue<string, (double Share, DateTimeOffset TurnAt, Guid Id)> _keys = new();
    private string? _last;

    public Line(Snapshot snapshot)
    {
        _order = snapshot.Order;
        _steps = new(snapshot.Ready.GroupBy(t => t.TurnAt.UtcTicks / _order.Step.Ticks).OrderBy(g => g.Key).Select(g => g.OrderBy(t => t.TurnAt).ThenBy(t => t.Id).ToList()));
        foreach (var live in snapshot.Live)
            _runs[live.FairKey] = _runs.GetValueOrDefault(live.FairKey) + live.Count;
    }

    /// <summary>Who is next; null when everybody was.</summary>
    public ReadyTask? Next()
    {
        if (_last is not null)
            Enqueue(_last);
        if (_keys.Count == 0)
        {
            if (!_steps.TryDequeue(out var step))
                return null;
            _waiting.Clear();
            foreach (var group in step.GroupBy(t => t.FairKey))
            {
                _waiting[group.Key] = new(group);
                Enqueue(group.Key);
            }
        }

        _last = _keys.Dequeue();
        return _waiting[_last].Dequeue();
    }

    /// <summary>It was offered: its key has one run more.</summary>
    public void Started(ReadyTask task) => _runs[task.FairKey] = _runs.GetValueOrDefault(task.FairKey) + 1;

    private void Enqueue(string key)
    {
        if (_waiting[key].TryPeek(out var head))
            _keys.Enqueue(key, ((double)_runs.GetValueOrDefault(key) / _order.WeightOf(key), head.TurnAt, head.Id));
    }
}
