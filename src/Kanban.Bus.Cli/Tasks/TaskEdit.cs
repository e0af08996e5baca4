using System.CommandLine;
using System.Text.Json.Nodes;
using Kanban.Bus.Cli.Pools;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task edit KEY</c>: what is not named stays.</summary>
internal static class TaskEdit
{
    public static Command Build(App app)
    {
        var key = TaskKeys.One();
        var title = Options.Text("--title", "Its title", "TEXT", "-t");
        var body = Options.Text("--body", "What to do", "TEXT");
        var bodyFile = Options.Text("--body-file", "What to do, from a file; - is standard input", "FILE", "-F");
        var acceptance = Options.OrNone("--acceptance", "By what one tells that it is done", "TEXT", text => JsonValue.Create(text), "a text");
        var lane = Options.Text("--lane", "The lane whose workers take it", "NAME", "-l");
        var needs = Options.Many("--needs", "All capabilities its worker must have, given again for each; none for none", "CAP");
        var host = Options.OrNone("--on-host", "The only host it may run on", "NAME", text => JsonValue.Create(text), "a host's name");
        var priority = Options.Number("--priority", "-1000 to 1000, higher first");
        var notBefore = Options.Text("--not-before", "It waits until then: 2026-05-01T08:00Z, +15m, or none", "TIME");
        var due = Options.Text("--due", "It should have ended by then, or none", "TIME");
        var labels = Options.Many("--label", "All its labels, given again for each; none for none", "LABEL");
        var maxRuntime = Options.LengthOrNone("--max-runtime", "A run is stopped after this");
        var draws = Units.Option("--draw", "Units that its runs draw of a pool, none for none", "POOL=UNITS");
        var onLimit = Options.Word<OnLimit>("--on-limit", "When a run meets its account's limit: wait for the account, or go by the lane's retries");
        var workspace = Options.OrNone("--workspace", "Where its runs work: scratch, dir:PATH or worktree:REPOSITORY", "WHERE", text => JsonValue.Create(text), "a workspace");
        var artifacts = Options.Many("--artifact", "All files that the board keeps of its workspace (report.md, out/**), given again for each; none for none", "PATTERN");
        var version = Options.Number("--if-version", "Refuse unless the task still has this version");
        var command = new Command("edit", "Change a task") { key, title, body, bodyFile, acceptance, lane, needs, host, priority, notBefore, due, labels, maxRuntime, draws, onLimit, workspace, artifacts, version };
        return app.On(command, async (call, ct) =>
        {
            var patch = new JsonObject();
            patch.Put("title", call.Get(title));
            patch.Put("body", await TaskBody.ReadAsync(call, call.Get(body), call.Get(bodyFile), ct));
            patch.Put("acceptance", call.Get(acceptance));
            patch.Put("lane", call.Get(lane));
            patch.Put("needs", Options.Set("--needs", call.Get(needs)!));
            patch.Put("host", call.Get(host));
            patch.Put("priority", call.Get(priority));
            if (call.Get(notBefore) is { } time)
                patch["notBefore"] = time is "none" ? null : JsonValue.Create(TaskBody.Instant("--not-before", time, call.Terminal.Clock));
            if (call.Get(due) is { } end)
                patch["due"] = end is "none" ? null : JsonValue.Create(TaskBody.Instant("--due", end, call.Terminal.Clock));
            patch.Put("labels", Options.Set("--label", call.Get(labels)!));
            patch.Put("maxRuntimeSeconds", call.Get(maxRuntime));
            patch.Put("draws", Units.Patch("--draw", call.Get(draws)!));
            patch.Put("artifacts", Options.Set("--artifact", call.Get(artifacts)!));
            patch.Put("onLimit", call.Get(onLimit) is { } way ? Words.Of(way) : null);
            patch.Put("workspace", call.Get(workspace));
            var task = await call.Board.EditTaskAsync(call.Get(key), patch.OrRefuse("name what should be, such as --priority 5."), call.Get(version), ct);
            call.Output.One(task, TaskColumns.Of(call.Terminal.Clock), TaskColumns.Sentence);
            return ExitCode.Ok;
        });
    }
}
