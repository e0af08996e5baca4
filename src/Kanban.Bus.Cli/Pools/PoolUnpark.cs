using System.CommandLine;

namespace Kanban.Bus.Cli.Pools;

/// <summary><c>kanban pool unpark NAME</c></summary>
internal static class PoolUnpark
{
    public static Command Build(App app)
    {
        var name = new Argument<string>("NAME") { Description = "The account" };
        var reason = Options.Text("--reason", "Why; kept in the history", "TEXT", "-r");
        return app.On(new Command("unpark", "Open a parked account now, with all its units, before its limit resets") { name, reason }, async (call, ct) =>
        {
            call.Output.One(await call.Board.UnparkPoolAsync(call.Get(name), call.Get(reason), ct), PoolColumns.All, PoolColumns.Sentence);
            return ExitCode.Ok;
        });
    }
}
