namespace Kanban.Bus.Board.Pools;

/// <summary>When a parked account opens again, and how far: nothing until its limit resets, then one unit, then twice as many with each step.</summary>
public static class Parking
{
    /// <summary>A provider that names a later time is not believed.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>For a limit that should have reset by now, and was met all the same.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);

    /// <summary>From one to two units, from two to four, and so on: time for the first ones to meet a limit that still stands.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan MostJitter = TimeSpan.FromMinutes(1);

    /// <summary>Until when nothing is to be tried, from when a provider says that its limit resets.</summary>
    /// <param name="jitter">0 to 1: up to a minute, or a tenth of the wait where that is less.</param>
    public static DateTimeOffset Until(DateTimeOffset resetsAt, DateTimeOffset now, double jitter)
    {
        var wait = resetsAt - now;
        wait = wait < Shortest ? Shortest : wait > Longest ? Longest : wait;
        var most = wait / 10 < MostJitter ? wait / 10 : MostJitter;
        return now + wait + most * jitter;
    }

    /// <summary>When all units are there again.</summary>
    public static DateTimeOffset OpenAt(DateTimeOffset until, int capacity) => until + Step * Math.Ceiling(Math.Log2(Math.Max(1, capacity)));

    public static int Limit(int capacity, DateTimeOffset until, DateTimeOffset openAt, DateTimeOffset now)
    {
        if (now < until)
            return 0;
        return now >= openAt ? capacity : Math.Min(capacity, 1 << Math.Min(30, Steps(until, now)));
    }

    /// <summary>When it opens further; null when it is open.</summary>
    public static DateTimeOffset? Next(DateTimeOffset until, DateTimeOffset openAt, DateTimeOffset now) =>
        now < until ? until : now >= openAt ? null : until + Step * (Steps(until, now) + 1);

    private static int Steps(DateTimeOffset until, DateTimeOffset now) => (int)((now - until) / Step);
}
