using Kanban.Bus.Board.Windows;

namespace Kanban.Bus.Board.Admission;

/// <summary>When a task in line may start, by how long runs of its lane took lately. A guess: it knows neither priorities to come nor failures, and takes it that as many run at one time as now.</summary>
public static class Estimate
{
    private const int EdgesLookedAt = 100;

    /// <param name="place">From 1, among those that wait for the same room.</param>
    /// <param name="usual">The median length of the lane's last runs.</param>
    /// <param name="elapsed">How long each run that holds the room has been at work.</param>
    /// <returns>Null when nothing can be said: no run holds any.</returns>
    public static TimeSpan? Of(int place, TimeSpan usual, IEnumerable<TimeSpan> elapsed)
    {
        // A run that has taken longer than usual is as likely to end soon as to go on: half of the usual is as good a guess as any.
        var left = elapsed.Select(e => e < usual ? usual - e : usual / 2).Order().ToList();
        return left.Count == 0 ? null : left[(place - 1) % left.Count] + (place - 1) / left.Count * usual;
    }

    /// <summary>When a task in line for something closed may start: its room opens as a whole.</summary>
    /// <param name="room">How many may run at once then, 1 or more.</param>
    /// <param name="usual">Null where the lane has no history: then nothing is said of who is further back than the room.</param>
    public static TimeSpan? AfterOpening(TimeSpan opensIn, int place, int room, TimeSpan? usual)
    {
        var rounds = (place - 1) / room;
        return rounds == 0 ? opensIn : opensIn + rounds * usual;
    }

    /// <summary>The first moment from this one on at which none of these caps is closed by its windows; null when there is none in sight.</summary>
    public static DateTimeOffset? Open(IReadOnlyCollection<Cap> caps, DateTimeOffset from)
    {
        var all = caps.Select(c => c.Windows).OfType<CapWindows>().ToList();
        var at = from;
        for (var i = 0; i < EdgesLookedAt; i++)
        {
            if (all.Select(w => w.At(at)).FirstOrDefault(w => w.Limit is 0) is not { } closed)
                return at;
            if (closed.Until is not { } until)
                return null;
            at = until;
        }

        return null;
    }
}
