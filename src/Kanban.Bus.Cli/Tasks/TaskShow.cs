using System.CommandLine;
using Kanban.Bus.Cli.Printing;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task show KEY</c></summary>
internal static class TaskShow
{
    public static Command Build(App app)
    {
        var key = TaskKeys.One();
        return app.On(new Command("show", "Show a task with its links, runs and comments") { key }, async (call, ct) =>
        {
            Print(call.Output, await call.Board.TaskAsync(call.Get(key), ct));
            return ExitCode.Ok;
        });
    }

    public static void Print(Output output, TaskDetail detail)
    {
        output.Fields(detail, detail.Task.Key, TaskColumns.Fields(detail.Task).Append(("acceptance", detail.Acceptance))
            .Concat(detail.Parents.Select(link => ("parent", (string?)$"{link.Key} {Words.Of(link.Status)} {link.Title}")))
            .Concat(detail.Children.Select(link => ("child", (string?)$"{link.Key} {Words.Of(link.Status)} {link.Title}")))
            .Concat(detail.Runs.OrderBy(run => run.Number).Select(run => ("run", (string?)Line(run))))
            .Concat(detail.Comments.Select(comment => ("comment", (string?)$"{Times.Iso(comment.At)} {comment.By}{(comment.SeenBy is { } by ? $" (seen by {by})" : "")}: {comment.Text}"))));
        if (!output.ForEyes || detail.Body.Length == 0)
            return;
        output.Text("");
        foreach (var line in detail.Body.TrimEnd().Split('\n'))
            output.Text("  " + line.TrimEnd('\r'));
    }

    private static string Late(LateResult late) =>
        late.AdoptedBy is { } by ? $"(reported {Words.Of(late.Outcome)} late, adopted by {by})" : $"(reported {Words.Of(late.Outcome)} late)";

    private static string Line(RunView run) => string.Join(' ', new[]
    {
        $"{run.Number}", Words.Of(run.State), run.WorkerId, run.Host is null ? null : $"on {run.Host}", run.Class is { } fault ? $"[{Words.Of(fault)}]" : null,
        run.Reason ?? (run.ExitCode is { } exit ? $"exit {exit}" : null), run.Late is null ? null : Late(run.Late),
    }.Where(part => !string.IsNullOrEmpty(part)));
}
