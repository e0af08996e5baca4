using System.CommandLine;
using Kanban.Bus.Cli.Pools;

namespace Kanban.Bus.Cli.Schedules;

/// <summary><c>kanban schedule show NAME</c></summary>
internal static class ScheduleShow
{
    public static Command Build(App app)
    {
        var name = new Argument<string>("NAME") { Description = "The schedule" };
        return app.On(new Command("show", "Show a schedule: its next times, its rules, what its tasks are made from") { name }, async (call, ct) =>
        {
            var schedule = await call.Board.ScheduleAsync(call.Get(name), ct);
            call.Output.Fields(schedule, schedule.Name,
            [
                ("name", schedule.Name),
                ("state", ScheduleColumns.State(schedule)),
                ("cron", $"{schedule.Cron} ({schedule.TimeZone})"),
                .. schedule.Next.Select(at => ("next", (string?)Times.Iso(at))),
                ("last", schedule.LastAt is { } at ? $"{Times.Iso(at)} {schedule.LastTask}" : null),
                ("queued", schedule.QueuedAt is { } queued ? Times.Iso(queued) : null),
                ("problem", schedule.Problem),
                ("paused", schedule.Paused ? schedule.PausedReason ?? "yes" : null),
                ("overlap", Words.Of(schedule.Overlap)),
                ("catch-up", Words.Of(schedule.CatchUp)),
                ("due in", schedule.DueSeconds is { } due ? Times.Text(due) : null),
                ("title", schedule.Task.Title),
                ("lane", schedule.Task.Lane),
                ("board", schedule.Task.Board),
                ("draws", schedule.Task.Draws is { } draws ? Units.Text(draws.Where(d => d.Value is not null).ToDictionary(d => d.Key, d => d.Value!.Value)) : null),
                ("note", schedule.Note),
                ("created", $"{Times.Iso(schedule.CreatedAt)} by {schedule.CreatedBy}"),
                ("version", $"{schedule.Version}"),
            ]);
            return ExitCode.Ok;
        });
    }
}
