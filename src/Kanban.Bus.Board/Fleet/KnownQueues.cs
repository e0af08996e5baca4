using System.Collections.Concurrent;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Fleet;

/// <summary>The requirement sets whose queues have, or lately had, offers: what workers are told to consume beside their lanes' plain queues.</summary>
/// <remarks>Each replica learns them from the live runs it sees in admission. A set is kept a while after its last offer, so that workers don't come and go at its queue.</remarks>
public sealed class KnownQueues(TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(15);
    private readonly ConcurrentDictionary<(string Lane, string Set), Known> _sets = new();

    /// <returns>Whether the set is new, so that workers who fit it should be told.</returns>
    public bool Saw(string lane, string set, string? host, string needs)
    {
        if (set.Length == 0)
            return false;
        var fresh = new Known(host, RequirementSet.Split(needs), clock.GetTimestamp());
        var isNew = !_sets.ContainsKey((lane, set));
        _sets[(lane, set)] = fresh;
        return isNew;
    }

    /// <summary>Every queue this worker should consume, lane by lane.</summary>
    public IReadOnlyList<QueueOrder> For(FleetMember worker)
    {
        var queues = new List<QueueOrder>();
        foreach (var lane in worker.Slots.Keys.Order(StringComparer.Ordinal))
        {
            queues.Add(new QueueOrder(BusNames.LaneQueue(lane, ""), lane));
            foreach (var ((_, set), known) in _sets.Where(s => s.Key.Lane == lane).OrderBy(s => s.Key.Set, StringComparer.Ordinal))
                if (Fits(worker, known))
                    queues.Add(new QueueOrder(BusNames.LaneQueue(lane, set), lane));
        }

        return queues;
    }

    /// <summary>Lets go of sets that had no offer for long.</summary>
    public void Forget()
    {
        foreach (var (key, known) in _sets)
            if (clock.GetElapsedTime(known.SeenAt) > Kept)
                _sets.TryRemove(KeyValuePair.Create(key, known));
    }

    private static bool Fits(FleetMember worker, Known known) =>
        (known.Host is null || known.Host == worker.Host) && !RequirementSet.Lacking(known.Needs, worker.Capabilities).Any();

    private sealed record Known(string? Host, IReadOnlyCollection<string> Needs, long SeenAt);
}
