namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>How well a cap was used over a stretch of time, from every change that the database committed.</summary>
/// <param name="Most">Most units that were held at one moment.</param>
/// <param name="Waited">How long at least one task was ready and had no run.</param>
/// <param name="Used">The share of the units that were held meanwhile, 0 to 1. What a dead worker holds until its lease is over is held.</param>
public sealed record SlotUse(int Most, TimeSpan Waited, double Used)
{
    /// <param name="audit">All of it, in the order of the commits; every task and run from the first on.</param>
    public static SlotUse Of(IReadOnlyList<AuditRow> audit, int cap, DateTimeOffset from, DateTimeOffset to)
    {
        var (live, ready) = (new HashSet<Guid>(), new HashSet<string>());
        var holds = new Dictionary<string, int>();
        var (most, last) = (0, from);
        var (waited, used) = (TimeSpan.Zero, TimeSpan.Zero);
        foreach (var row in audit)
        {
            Pass(row.At);
            if (!row.IsRun)
                _ = row.Became == "ready" ? ready.Add(row.Task) : ready.Remove(row.Task);
            else if (row.Live ? live.Add(row.Run!.Value) : live.Remove(row.Run!.Value))
                holds[row.Task] = holds.GetValueOrDefault(row.Task) + (row.Live ? 1 : -1);
            most = Math.Max(most, live.Count);
        }
        Pass(to);
        return new SlotUse(most, waited, waited == TimeSpan.Zero ? 1 : used / waited / cap);

        void Pass(DateTimeOffset until)
        {
            var passed = (until < to ? until : to) - last;
            if (passed <= TimeSpan.Zero)
                return;
            last += passed;
            if (!ready.Any(task => holds.GetValueOrDefault(task) == 0))
                return;
            waited += passed;
            used += passed * live.Count;
        }
    }
}
