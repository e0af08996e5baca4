using System.CommandLine;
using System.Globalization;
using Kanban.Bus.Cli.Printing;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Ops;

/// <summary><c>kanban dispatch [--max N] [--dry-run]</c></summary>
internal static class DispatchCommand
{
    private static readonly Columns<StartView> Starts = new(
        start => start.Task,
        new("TASK", start => start.Task),
        new("LANE", start => start.Lane),
        new("HOST", start => start.Host ?? "-", start => start.Host),
        new("DRAWS", start => start.Draws.Count == 0 ? "-" : Draws(start), Draws));

    public static Command Build(App app)
    {
        var max = Options.Number("--max", "Start at most N tasks, 1 to 1,000");
        var dry = new Option<bool>("--dry-run") { Description = "Say what would start, and why the rest waits; start nothing" };
        return app.On(new Command("dispatch", "Make one pass of admission now: start what caps and slots allow") { max, dry }, async (call, ct) =>
        {
            var done = await call.Board.DispatchAsync(new Dispatch(call.Get(max), call.Get(dry)), ct);
            if (call.Output.Format is Format.Json)
            {
                call.Output.Json(done);
                return ExitCode.Ok;
            }

            call.Output.List(done.Starts, Starts, done.DryRun ? "Nothing would start." : "Nothing started.");
            foreach (var lane in done.Waits)
                call.Output.Note($"Lane {lane.Lane}: {lane.Ready} ready {(lane.Ready == 1 ? "task waits" : "tasks wait")}; {lane.First}: {lane.Reason}");
            if (done.More)
                call.Output.Note(done.DryRun ? "Another pass would start more." : "Another pass may start more.");
            return ExitCode.Ok;
        });
    }

    private static string Draws(StartView start) => string.Join(' ', start.Draws.Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Key}={d.Value}")));
}
