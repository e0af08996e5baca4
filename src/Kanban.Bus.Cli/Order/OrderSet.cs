using System.CommandLine;
using System.Text.Json.Nodes;
using Kanban.Bus.Cli.Pools;

namespace Kanban.Bus.Cli.Order;

/// <summary><c>kanban order set --weight web=3</c></summary>
internal static class OrderSet
{
    public static Command Build(App app)
    {
        var weights = Units.Option("--weight", "Runs that a board, creator or label has for each run of another; none is 1 again", "KEY=WEIGHT");
        var reason = Options.Text("--reason", "Why; kept in the history", "TEXT", "-r");
        return app.On(new Command("set", "Change whose tasks get how much of what there is room for; it holds at once") { weights, reason }, async (call, ct) =>
        {
            var patch = new JsonObject();
            patch.Put("weights", Units.Patch("--weight", call.Get(weights)!, "KEY=WEIGHT such as web=3, the weight 1 to 1,000 or none", alone: null));
            patch.OrRefuse("name what should be, such as --weight web=3.").Put("reason", call.Get(reason));
            OrderShow.Print(call, await call.Board.EditOrderAsync(patch, ct));
            return ExitCode.Ok;
        });
    }
}
