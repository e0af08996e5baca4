namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>The promises, held against what happened. Pure, so that it can be shown to see what it should.</summary>
public static class Judgement
{
    private static readonly string[] Final = ["done", "failed", "cancelled"];

    /// <param name="accepted">For each task that is done, its runs that succeeded.</param>
    /// <param name="stopLanes">Keys of the tasks whose lane says <c>stop</c>.</param>
    /// <returns>Each broken promise as a sentence.</returns>
    public static IEnumerable<string> Of(
        IReadOnlyList<AuditRow> audit, IReadOnlyList<WitnessLine> witness, IReadOnlyDictionary<string, List<Guid>> accepted, int? globalCap, IReadOnlySet<string> stopLanes)
    {
        foreach (var task in audit.GroupBy(a => a.Task))
        {
            var said = witness.Where(l => l.Task == task.Key).ToList();
            foreach (var broken in Ends([.. task], task.Key).Concat(Tokens([.. task], task.Key)).Concat(Results([.. task], task.Key, said, accepted)))
                yield return broken;
            if (stopLanes.Contains(task.Key))
                foreach (var broken in Overlaps(said))
                    yield return broken;
        }
        foreach (var row in audit.Where(a => a.TookUnit))
        {
            if (row.LiveInLane > row.LaneCap)
                yield return $"Lane {row.Lane} held {row.LiveInLane} units over its cap of {row.LaneCap}: {row}.";
            if (row.LiveOnBoard > row.BoardCap)
                yield return $"Board {row.Board} held {row.LiveOnBoard} units over its cap of {row.BoardCap}: {row}.";
            if (globalCap is > 0 && row.LiveInAll > globalCap)
                yield return $"All lanes held {row.LiveInAll} units over the cap of {globalCap}: {row}.";
        }
    }

    private static IEnumerable<string> Ends(List<AuditRow> rows, string task)
    {
        var statuses = rows.Where(a => !a.IsRun && a.Was != a.Became).ToList();
        foreach (var again in statuses.Where(a => Final.Contains(a.Was)))
            yield return $"{task} had ended and went on: {again}.";
        if (statuses.Count(a => Final.Contains(a.Became)) > 1)
            yield return $"{task} ended more than once.";
        foreach (var run in rows.Where(a => a.IsRun).GroupBy(a => a.Run))
        {
            // A lost run may go on when its worker returns; everything else that has ended stays so.
            foreach (var again in run.Where(a => a.Was is not null && !a.WasLive && a.Was != a.Became && !(a.Was == "Lost" && a.Became == "Running")))
                yield return $"A run of {task} had ended and went on: {again}.";
        }
    }

    private static IEnumerable<string> Tokens(List<AuditRow> rows, string task)
    {
        long last = 0;
        var granted = new Dictionary<Guid, long>();
        foreach (var row in rows)
        {
            if (!row.IsRun)
            {
                continue;
            }
            if (granted.TryGetValue(row.Run!.Value, out var own) && own != row.Token)
                yield return $"A run of {task} changed its token from {own} to {row.Token}.";
            else if (own == 0 && row.Token > 0)
            {
                if (row.Token <= last)
                    yield return $"The tokens of {task} do not rise: {row.Token} after {last}.";
                (granted[row.Run.Value], last) = (row.Token, row.Token);
            }
        }
        var ofTask = rows.Where(a => !a.IsRun).Select(a => a.Token).ToList();
        if (ofTask.Zip(ofTask.Skip(1)).Any(pair => pair.First > pair.Second))
            yield return $"The task's own token of {task} fell: {string.Join(", ", ofTask)}.";
    }

    private static IEnumerable<string> Results(List<AuditRow> rows, string task, List<WitnessLine> said, IReadOnlyDictionary<string, List<Guid>> accepted)
    {
        var succeeded = rows.Where(a => a.IsRun && a.Was != a.Became && a.Became == "Succeeded").Select(a => a.Run!.Value).ToList();
        if (succeeded.Count > 1)
            yield return $"{task} has {succeeded.Count} accepted results.";
        if (!accepted.TryGetValue(task, out var runs))
        {
            if (succeeded.Count > 0 && rows.Any(a => !a.IsRun && a.Became is "failed" or "cancelled"))
                yield return $"{task} has an accepted result and is not done.";
            yield break;
        }
        if (runs.Count != 1)
            yield return $"{task} is done with {runs.Count} accepted runs.";
        // A task whose script is none of the witness's says nothing at all.
        if (said.Count > 0 && runs.Count == 1 && said.Count(l => l.RunId == runs[0] && l.What == "end") != 1)
            yield return $"{task} is done by run {runs[0]}, which wrote {said.Count(l => l.RunId == runs[0] && l.What == "end")} ends instead of one.";
        foreach (var run in said.Where(l => l.What == "start").GroupBy(l => l.RunId).Where(g => g.Count() > 1))
            yield return $"Run {run.Key} of {task} was started {run.Count()} times.";
    }

    /// <summary>A line of an older lease after the first of a newer one.</summary>
    private static IEnumerable<string> Overlaps(List<WitnessLine> said)
    {
        long newest = 0;
        foreach (var line in said.Where(l => l.What is not "dead"))
        {
            if (line.Token < newest)
                yield return $"{line.Task} still executed with token {line.Token} ({line.What}) after token {newest} had started.";
            newest = Math.Max(newest, line.Token);
        }
    }
}
