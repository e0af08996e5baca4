using System.CommandLine;
using Kanban.Bus.Cli.Tasks;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Inside;

/// <summary><c>kanban create TITLE</c>: a run makes a child of its task.</summary>
internal static class RunCreate
{
    public static Command Build(App app)
    {
        var title = new Argument<string>("TITLE") { Description = "One line that says what it is" };
        var body = Options.Text("--body", "What to do", "TEXT");
        var bodyFile = Options.Text("--body-file", "The same from a file; - is standard input", "FILE", "-F");
        var acceptance = Options.Text("--acceptance", "By what one tells that it is done", "TEXT");
        var lane = Options.Text("--lane", "The lane whose workers take it; the run's own unless told", "NAME", "-l");
        var board = Options.Text("--board", "The board it belongs to; the task's own unless told", "KEY", "-b");
        var parents = Options.Many("--parent", "It waits for this child too, beside the run's task; may be given again", "KEY");
        var needs = Options.Many("--needs", "Capability its worker must have; may be given again", "CAP");
        var labels = Options.Many("--label", "May be given again", "LABEL");
        var priority = Options.Number("--priority", "At most that of the run's task; higher first");
        var status = Options.Word<Status>("--status", "Where it starts: triage, todo, scheduled (parked) or blocked");
        var idempotencyKey = Options.Text("--idempotency-key", "The same key again, by any run of the task, gives the same child instead of another", "KEY");
        var command = new Command("create", "Inside a run: make a child of its task, which starts once that is done")
        {
            title, body, bodyFile, acceptance, lane, board, parents, needs, labels, priority, status, idempotencyKey,
        };
        return app.On(command, async (call, ct) =>
        {
            var task = await call.RunBoard.AddChildAsync(call.Run, new CreateTask(
                call.Get(title),
                call.Get(lane),
                call.Get(board),
                await TaskBody.ReadAsync(call, call.Get(body), call.Get(bodyFile), ct),
                Given(call.Get(parents)!),
                Given(call.Get(needs)!),
                Priority: call.Get(priority) ?? 0,
                Labels: Given(call.Get(labels)!),
                Status: call.Get(status),
                IdempotencyKey: call.Get(idempotencyKey),
                Acceptance: call.Get(acceptance)), ct);
            if (task.Warning is { } warning)
                call.Output.Note($"Nothing could take {task.Key} as things are: {warning}.");
            call.Output.One(task, TaskColumns.Of(call.Terminal.Clock), TaskColumns.Sentence);
            return ExitCode.Ok;
        });
    }

    private static string[]? Given(string[] items) => items.Length == 0 ? null : items;
}
