using System.CommandLine;

namespace Kanban.Bus.Cli.Boards;

/// <summary><c>kanban board list</c></summary>
internal static class BoardList
{
    public static Command Build(App app) => app.On(new Command("list", "List boards"), async (call, ct) =>
    {
        call.Output.List(await call.Board.BoardsAsync(ct), BoardColumns.All, "No boards.");
        return ExitCode.Ok;
    });
}
