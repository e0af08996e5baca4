using System.CommandLine;
using Kanban.Bus.Cli.Pools;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task add TITLE --lane NAME</c></summary>
internal static class TaskAdd
{
    public static Command Build(App app)
    {
        var title = new Argument<string>("TITLE") { Description = "One line that says what it is" };
        var lane = Options.Text("--lane", "The lane whose workers take it", "NAME", "-l");
        var board = Options.Text("--board", "The board it belongs to [KANBAN_BOARD, then main]", "KEY", "-b");
        var body = Options.Text("--body", "What to do: a script for a shell lane, a prompt for an agent's", "TEXT");
        var bodyFile = Options.Text("--body-file", "The same from a file; - is standard input", "FILE", "-F");
        var acceptance = Options.Text("--acceptance", "By what one tells that it is done; part of the brief", "TEXT");
        var parents = Options.Many("--parent", "It waits until this task is done; may be given again", "KEY");
        var needs = Options.Many("--needs", "Capability its worker must have (cuda, repo=web, mem>=64); may be given again", "CAP");
        var host = Options.Text("--on-host", "The only host it may run on", "NAME");
        var priority = Options.Number("--priority", "-1000 to 1000, higher first");
        var notBefore = Options.Text("--not-before", "It waits until then: 2026-05-01T08:00Z, +15m", "TIME");
        var due = Options.Text("--due", "It should have ended by then: 2026-05-01T08:00Z, +2h", "TIME");
        var labels = Options.Many("--label", "May be given again", "LABEL");
        var status = Options.Word<Status>("--status", "Where it starts: triage, todo, scheduled (parked) or blocked");
        status.HelpName = "STATUS";
        var idempotencyKey = Options.Text("--idempotency-key", "The same key again gives the same task instead of another", "KEY");
        var maxRuntime = Options.Seconds("--max-runtime", "A run is stopped after this");
        var draws = Units.Option("--draw", "Units that its runs draw of a pool, beside what the lane draws", "POOL=UNITS");
        var onLimit = Options.Word<OnLimit>("--on-limit", "When a run meets its account's limit: wait for the account without being charged, or go by the lane's retries; wait unless told");
        var workspace = Options.Text("--workspace", "Where its runs work: scratch, dir:PATH or worktree:REPOSITORY, as the profile on the worker's host allows; as the lane says unless told", "WHERE");
        var artifacts = Options.Many("--artifact", "Files that the board keeps of its workspace when a run has ended: report.md, out/**; may be given again", "PATTERN");
        var wait = new Option<bool>("--wait", "-w") { Description = "Wait for its end: exit code 0 when done, 10 when it ended otherwise" };
        var timeout = Options.Length("--timeout", "With --wait: give up after this, exit code 124");
        var command = new Command("add", "Add a task")
        {
            title, lane, board, body, bodyFile, acceptance, parents, needs, host, priority, notBefore, due, labels, status, idempotencyKey, maxRuntime, draws, onLimit, workspace, artifacts, wait, timeout,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(lane) is null && result.GetValue(status) is not Status.Triage)
                result.AddError("--lane is missing: it names the lane whose workers take the task (only --status triage does without).");
            if (result.GetValue(timeout) is not null && !result.GetValue(wait))
                result.AddError("--timeout has no meaning without --wait.");
        });
        return app.On(command, async (call, ct) =>
        {
            var task = await call.Board.AddTaskAsync(
                new CreateTask(
                    call.Get(title),
                    call.Get(lane),
                    call.Get(board) ?? call.Terminal.Environment("KANBAN_BOARD"),
                    await TaskBody.ReadAsync(call, call.Get(body), call.Get(bodyFile), ct),
                    Options.Given(call.Get(parents)!),
                    Options.Given(call.Get(needs)!),
                    call.Get(host),
                    call.Get(priority) ?? 0,
                    call.Get(notBefore) is { } time ? TaskBody.Instant("--not-before", time, call.Terminal.Clock) : null,
                    Options.Given(call.Get(labels)!),
                    call.Get(status),
                    call.Get(idempotencyKey),
                    call.Get(maxRuntime),
                    Units.Of("--draw", call.Get(draws)!),
                    call.Get(onLimit),
                    call.Get(due) is { } end ? TaskBody.Instant("--due", end, call.Terminal.Clock) : null,
                    call.Get(workspace),
                    call.Get(acceptance),
                    Options.Given(call.Get(artifacts)!)),
                ct);
            if (task.Warning is { } warning)
                call.Output.Note($"Nothing could take {task.Key} as things are: {warning}.");
            if (call.Get(wait))
                return await TaskWait.UntilEndAsync(call, [task.Key], call.Get(timeout), withLog: true, ct);
            call.Output.One(task, TaskColumns.Of(call.Terminal.Clock), TaskColumns.Sentence);
            return ExitCode.Ok;
        });
    }
}
