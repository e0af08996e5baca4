using System.CommandLine;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task unlink KEY --parent KEY…</c></summary>
internal static class TaskUnlink
{
    public static Command Build(App app)
    {
        var key = TaskKeys.One();
        var parents = Options.Many("--parent", "It waits for this task no longer; may be given again", "KEY");
        parents.Required = true;
        var command = new Command("unlink", "Stop a task waiting for others") { key, parents };
        return app.On(command, async (call, ct) =>
        {
            var task = call.Get(key);
            var parent = call.Get(parents)!;
            foreach (var one in parent[..^1])
                await call.Board.UnlinkAsync(task, one, ct);
            call.Output.One(await call.Board.UnlinkAsync(task, parent[^1], ct), TaskColumns.Of(call.Terminal.Clock), TaskColumns.Sentence);
            return ExitCode.Ok;
        });
    }
}
