using System.Text.Json;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Benchmarks.Demo;

/// <summary>A task of the demo when all is over.</summary>
public sealed record Ended(Work Work, TaskDetail Detail, IReadOnlyList<RunView> Runs, int Expected);

/// <summary>What must be true of the demo's own work when it is over, each failure as a sentence. The promises that hold for any work are the oracle's to judge.</summary>
public static class DemoCheck
{
    /// <param name="capable">Hosts whose workers have the GPU capability.</param>
    public static IEnumerable<string> Faults(IReadOnlyList<Ended> tasks, IReadOnlySet<string> capable) => tasks.SelectMany(task => FaultsOf(task, capable));

    private static IEnumerable<string> FaultsOf(Ended task, IReadOnlySet<string> capable)
    {
        var key = task.Detail.Task.Key;
        if (task.Detail.Task.Status != Status.Done)
            yield return $"{key} is {task.Detail.Task.Status}, not done: {task.Detail.Task.Reason}";

        foreach (var run in task.Runs.Where(r => r.State == RunState.Succeeded))
        {
            if (task.Work.Host is { } host && run.Host != host)
                yield return $"{key} must run on {host} and ran on {run.Host}.";
            if (task.Work.Needs is { Count: > 0 } needs && !capable.Contains(run.Host ?? ""))
                yield return $"{key} needs {string.Join(", ", needs)} and ran on {run.Host}.";
        }

        var value = task.Detail.Metadata is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty("value", out var v) ? v.GetInt32() : (int?)null;
        if (value != task.Expected)
            yield return $"{key} handed on {value?.ToString() ?? "nothing"} instead of {task.Expected}.";
    }
}
