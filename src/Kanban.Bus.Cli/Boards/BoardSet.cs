using System.CommandLine;
using System.Text.Json.Nodes;

namespace Kanban.Bus.Cli.Boards;

/// <summary><c>kanban board set KEY</c>: what is not named stays, <c>none</c> clears.</summary>
internal static class BoardSet
{
    public static Command Build(App app)
    {
        var key = new Argument<string>("KEY") { Description = "The board" };
        var title = Options.Text("--title", "Its title", "TEXT", "-t");
        var cap = Options.NumberOrNone("--max-active", "Most runs of its tasks at one time");
        var windows = Windows.OptionToSet();
        var reason = Options.Text("--reason", "Why; kept in the history", "TEXT", "-r");
        return app.On(new Command("set", "Change a board") { key, title, cap, windows, reason }, async (call, ct) =>
        {
            var patch = new JsonObject();
            patch.Put("title", call.Get(title));
            patch.Put("maxActive", call.Get(cap));
            patch.Put("windows", Windows.Patch(call.Get(windows)!));
            patch.OrRefuse("name what should be, such as --max-active 4.").Put("reason", call.Get(reason));
            var board = await call.Board.EditBoardAsync(call.Get(key), patch, ct);
            call.Output.One(board, BoardColumns.All, BoardColumns.Sentence);
            return ExitCode.Ok;
        });
    }
}
