using System.CommandLine;

namespace Kanban.Bus.Cli.Workers;

/// <summary><c>kanban worker list</c></summary>
internal static class WorkerList
{
    public static Command Build(App app) => app.On(new Command("list", "List the workers of every host"), async (call, ct) =>
    {
        call.Output.List(await call.Board.WorkersAsync(ct), WorkerColumns.Of(call.Terminal.Clock), "No workers. 'kanban worker run --lane NAME=SLOTS' starts one here.");
        return ExitCode.Ok;
    });
}
