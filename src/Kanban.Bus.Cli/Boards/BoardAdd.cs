using System.CommandLine;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Boards;

/// <summary><c>kanban board add KEY</c></summary>
internal static class BoardAdd
{
    public static Command Build(App app)
    {
        var key = new Argument<string>("KEY") { Description = "Prefix of its tasks' keys: lower-case letters, digits and hyphens" };
        var title = Options.Text("--title", "Its title", "TEXT", "-t");
        var cap = Options.Number("--max-active", "Most runs of its tasks at one time");
        var windows = Windows.Option();
        var command = new Command("add", "Make a board") { key, title, cap, windows };
        command.Aliases.Add("create");
        return app.On(command, async (call, ct) =>
        {
            var board = await call.Board.AddBoardAsync(new CreateBoard(call.Get(key), call.Get(title), call.Get(cap), Windows.Of(call.Get(windows)!)), ct);
            call.Output.One(board, BoardColumns.All, BoardColumns.Sentence);
            return ExitCode.Ok;
        });
    }
}
