using System.CommandLine;

namespace Kanban.Bus.Cli.Lanes;

/// <summary><c>kanban lane list</c></summary>
internal static class LaneList
{
    public static Command Build(App app) => app.On(new Command("list", "List lanes with their load"), async (call, ct) =>
    {
        call.Output.List(await call.Board.LanesAsync(ct), LaneColumns.All, "No lanes. 'kanban lane add NAME' makes one.");
        return ExitCode.Ok;
    });
}
