using System.CommandLine;

namespace Kanban.Bus.Cli.Lanes;

/// <summary><c>kanban lane pause NAME</c></summary>
internal static class LanePause
{
    public static Command Build(App app)
    {
        var name = new Argument<string>("NAME") { Description = "The lane" };
        var reason = Options.Text("--reason", "Why; every task that waits for it says so", "TEXT", "-r");
        return app.On(new Command("pause", "Start nothing new in a lane; what runs goes on") { name, reason }, async (call, ct) =>
        {
            call.Output.One(await call.Board.PauseLaneAsync(call.Get(name), call.Get(reason), ct), LaneColumns.All, LaneColumns.Sentence);
            return ExitCode.Ok;
        });
    }
}
