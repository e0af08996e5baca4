using System.CommandLine;

namespace Kanban.Bus.Cli.Lanes;

/// <summary><c>kanban lane reset-breaker NAME</c></summary>
internal static class LaneResetBreaker
{
    public static Command Build(App app)
    {
        var name = new Argument<string>("NAME") { Description = "The lane" };
        var reason = Options.Text("--reason", "Why; kept in the history", "TEXT", "-r");
        return app.On(new Command("reset-breaker", "Let all of a lane's work start again after its tasks failed alike") { name, reason }, async (call, ct) =>
        {
            call.Output.One(await call.Board.ResetBreakerAsync(call.Get(name), call.Get(reason), ct), LaneColumns.All, LaneColumns.Sentence);
            return ExitCode.Ok;
        });
    }
}
