using System.Text.Json;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Benchmarks.Demo;

/// <summary>A task of the demo when all is over.</summary>
public sealed record Ended(Work Work, TaskDetail Detail, IReadOnlyList<RunView> Runs, int Expected);

/// <summary>What must be true when the demo is over, each failure as a sentence.</summary>
public static class DemoCheck
{
    /// <param name="witness">Lines that the tasks' own processes wrote: key, run id, fencing token.</param>
    /// <param name="capable">Hosts whose workers have the GPU capability.</param>
    public static IEnumerable<string> Faults(IReadOnlyList<Ended> tasks, IReadOnlyList<string[]> witness, IReadOnlySet<string> capable, int gpuCap) =>
        tasks.SelectMany(task => FaultsOf(task, witness, capable)).Concat(FaultsOfCap(tasks, gpuCap));

    private static IEnumerable<string> FaultsOf(Ended task, IReadOnlyList<string[]> witness, IReadOnlySet<string> capable)
    {
        var key = task.Detail.Task.Key;
        if (task.Detail.Task.Status != Status.Done)
            yield return $"{key} is {task.Detail.Task.Status}, not done: {task.Detail.Task.Reason}";

        var accepted = task.Runs.Where(r => r.State == RunState.Succeeded).ToList();
        if (accepted.Count != 1)
            yield return $"{key} has {accepted.Count} accepted runs instead of one.";
        foreach (var run in task.Runs.Where(r => r.State is RunState.Offered or RunState.Running or RunState.Stopping))
            yield return $"{key} is over and its run {run.Number} is still {run.State}.";

        var tokens = task.Runs.OrderBy(r => r.Number).Select(r => r.FencingToken).Where(t => t > 0).ToList();
        if (tokens.Zip(tokens.Skip(1)).Any(pair => pair.First >= pair.Second))
            yield return $"{key}'s fencing tokens do not rise: {string.Join(", ", tokens)}.";

        foreach (var run in accepted)
        {
            var signed = witness.Count(line => line[1] == run.Id.ToString());
            if (signed != 1)
                yield return $"{key}'s accepted run {run.Number} signed the witness file {signed} times instead of once.";
            if (task.Work.Host is { } host && run.Host != host)
                yield return $"{key} must run on {host} and ran on {run.Host}.";
            if (task.Work.Needs is { Count: > 0 } needs && !capable.Contains(run.Host ?? ""))
                yield return $"{key} needs {string.Join(", ", needs)} and ran on {run.Host}.";
        }

        var value = task.Detail.Metadata is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty("value", out var v) ? v.GetInt32() : (int?)null;
        if (value != task.Expected)
            yield return $"{key} handed on {value?.ToString() ?? "nothing"} instead of {task.Expected}.";
    }

    /// <summary>Most runs of the lane at one instant, by the board's clock.</summary>
    private static IEnumerable<string> FaultsOfCap(IReadOnlyList<Ended> tasks, int cap)
    {
        var changes = tasks.Where(t => t.Work.Lane == WorkGraph.Gpu).SelectMany(t => t.Runs)
            .Where(r => r.StartedAt is not null && r.EndedAt is not null)
            .SelectMany(r => new[] { (At: r.StartedAt!.Value, By: 1), (At: r.EndedAt!.Value, By: -1) })
            .OrderBy(c => c.At).ThenBy(c => c.By);
        var (now, most) = (0, 0);
        foreach (var change in changes)
            most = Math.Max(most, now += change.By);
        if (most > cap)
            yield return $"The lane {WorkGraph.Gpu} ran {most} tasks at once over its cap of {cap}.";
    }
}
