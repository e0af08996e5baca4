using System.CommandLine;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Ops;

/// <summary><c>kanban ops alarms</c></summary>
internal static class AlarmList
{
    public static Command Build(App app)
    {
        var all = new Option<bool>("--all") { Description = "Also those whose cause is gone" };
        var limit = Options.Number("--limit", "Most alarms to list; 50 unless told");
        return app.On(new Command("alarms", "What a person should look at, newest first: broken lanes, dead probes, full disks, tasks that ran too often") { all, limit }, async (call, ct) =>
        {
            call.Output.List(await call.Board.AlarmsAsync(call.Get(all), call.Get(limit) ?? Limits.DefaultPageSize, ct), AlarmColumns.Of(call.Terminal.Clock), "No alarms.");
            return ExitCode.Ok;
        });
    }
}
