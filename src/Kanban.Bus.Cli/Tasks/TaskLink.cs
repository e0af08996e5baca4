using System.CommandLine;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task link KEY --parent KEY…</c></summary>
internal static class TaskLink
{
    public static Command Build(App app)
    {
        var key = TaskKeys.One();
        var parents = Options.Many("--parent", "It waits for this task; may be given again", "KEY");
        parents.Required = true;
        var command = new Command("link", "Make a task wait for others") { key, parents };
        return app.On(command, async (call, ct) =>
        {
            var task = call.Get(key);
            var parent = call.Get(parents)!;
            foreach (var one in parent[..^1])
                await call.Board.LinkAsync(task, one, ct);
            call.Output.One(await call.Board.LinkAsync(task, parent[^1], ct), TaskColumns.Of(call.Terminal.Clock), TaskColumns.Sentence);
            return ExitCode.Ok;
        });
    }
}
