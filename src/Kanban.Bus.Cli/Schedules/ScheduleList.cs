using System.CommandLine;

namespace Kanban.Bus.Cli.Schedules;

/// <summary><c>kanban schedule list</c></summary>
internal static class ScheduleList
{
    public static Command Build(App app) => app.On(new Command("list", "List schedules with the next time of each"), async (call, ct) =>
    {
        call.Output.List(await call.Board.SchedulesAsync(ct), ScheduleColumns.All, "No schedules. 'kanban schedule create NAME --cron CRON --lane LANE' makes one.");
        return ExitCode.Ok;
    });
}
