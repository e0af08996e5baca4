namespace Kanban.Bus.Board.Admission;

/// <summary>When a task in line may start, by how long runs of its lane took lately. A guess: it knows neither priorities to come nor failures, and takes it that as many run at one time as now.</summary>
public static class Estimate
{
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

    public static TimeSpan? Median(IEnumerable<TimeSpan> lengths)
    {
        var sorted = lengths.Order().ToList();
        return sorted.Count == 0 ? null : sorted[sorted.Count / 2];
    }
}
