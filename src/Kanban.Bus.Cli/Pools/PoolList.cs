using System.CommandLine;

namespace Kanban.Bus.Cli.Pools;

/// <summary><c>kanban pool list</c></summary>
internal static class PoolList
{
    public static Command Build(App app) => app.On(new Command("list", "List pools with what is drawn of them"), async (call, ct) =>
    {
        call.Output.List(await call.Board.PoolsAsync(ct), PoolColumns.All, "No pools. 'kanban pool create NAME --cap N' makes one.");
        return ExitCode.Ok;
    });
}
