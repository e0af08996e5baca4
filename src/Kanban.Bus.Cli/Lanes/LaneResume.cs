using System.CommandLine;

namespace Kanban.Bus.Cli.Lanes;

/// <summary><c>kanban lane resume NAME</c></summary>
internal static class LaneResume
{
    public static Command Build(App app)
    {
        var name = new Argument<string>("NAME") { Description = "The lane" };
        return app.On(new Command("resume", "Let a paused lane start work again") { name }, async (call, ct) =>
        {
            call.Output.One(await call.Board.ResumeLaneAsync(call.Get(name), ct), LaneColumns.All, LaneColumns.Sentence);
            return ExitCode.Ok;
        });
    }
}
