using System.CommandLine;

namespace Kanban.Bus.Cli.Pools;

/// <summary><c>kanban pool delete NAME</c></summary>
internal static class PoolDelete
{
    public static Command Build(App app)
    {
        var name = new Argument<string>("NAME") { Description = "The pool; a host's as host:NAME" };
        var reason = Options.Text("--reason", "Why; kept in the history", "TEXT", "-r");
        return app.On(new Command("delete", "Drop a pool that nothing draws from any more") { name, reason }, async (call, ct) =>
        {
            await call.Board.DeletePoolAsync(call.Get(name), call.Get(reason), ct);
            call.Output.Note($"Pool {call.Get(name)} is gone.");
            return ExitCode.Ok;
        });
    }
}
