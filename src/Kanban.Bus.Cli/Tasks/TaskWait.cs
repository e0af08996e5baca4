using System.CommandLine;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task wait KEY…</c>: 0 when all are done, 10 when one ended otherwise, 124 after <c>--timeout</c>.</summary>
internal static class TaskWait
{
    /// <summary>Of a finished task's log, this much is shown to a person.</summary>
    private const int TailBytes = 4096;

    public static Command Build(App app)
    {
        var keys = TaskKeys.Many();
        var timeout = Options.Length("--timeout", "Give up after this, exit code 124");
        var command = new Command("wait", "Wait for tasks to end: exit code 0 when all are done, 10 when one ended otherwise") { keys, timeout };
        return app.On(command, (call, ct) => UntilEndAsync(call, call.Get(keys), call.Get(timeout), withLog: false, ct));
    }

    public static async Task<int> UntilEndAsync(Call call, IReadOnlyList<string> keys, TimeSpan? timeout, bool withLog, CancellationToken ct)
    {
        using var timer = timeout is { } limit ? new CancellationTokenSource(limit, call.Terminal.Clock) : new CancellationTokenSource();
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, timer.Token);
        var ended = new List<TaskDetail>();
        var told = "";
        try
        {
            // One after the other: all must end, so the order costs nothing.
            foreach (var key in keys)
                ended.Add(await call.Follow.UntilAsync(key, task => Look(call, task.Task, ref told), both.Token));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested && timer.IsCancellationRequested)
        {
            call.Output.Note($"kanban: {keys[ended.Count]} has not ended within {timeout!.Value.TotalSeconds:0.###} s.");
            return ExitCode.TimedOut;
        }

        if (withLog && call.Output.ForEyes && ended[^1].Runs.MaxBy(run => run.Number) is { LogBytes: > 0 } last)
            await TaskLogs.TailAsync(call, last, TailBytes, ct);
        if (call.Output.ForEyes || ended.Count > 1)
            call.Output.List([.. ended.Select(task => task.Task)], TaskColumns.Of(call.Terminal.Clock), "");
        else
            call.Output.One(ended[0].Task, TaskColumns.Of(call.Terminal.Clock), TaskColumns.Sentence);
        return ended.All(task => task.Task.Status == Status.Done) ? ExitCode.Ok : ExitCode.EndedOtherwise;
    }

    private static bool Look(Call call, TaskView task, ref string told)
    {
        if (TaskKeys.Ended(task))
            return true;
        var sentence = TaskColumns.Sentence(task);
        if (call.Output.ForEyes && sentence != told)
            call.Output.Note(told = sentence);
        return false;
    }
}
