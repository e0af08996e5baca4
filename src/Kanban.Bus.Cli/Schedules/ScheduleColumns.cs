using Kanban.Bus.Cli.Printing;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Schedules;

/// <summary>How schedules are printed.</summary>
internal static class ScheduleColumns
{
    public static Columns<ScheduleView> All { get; } = new(
        schedule => schedule.Name,
        new("NAME", schedule => schedule.Name),
        new("STATE", State),
        new("CRON", schedule => schedule.Cron),
        new("ZONE", schedule => schedule.TimeZone),
        new("NEXT", schedule => schedule.Next.Count > 0 ? Times.Iso(schedule.Next[0]) : ""),
        new("LAST", schedule => schedule.LastTask),
        new("OVERLAP", schedule => Words.Of(schedule.Overlap)),
        new("NOTE", schedule => schedule.Problem ?? schedule.PausedReason ?? schedule.Note));

    public static string Sentence(ScheduleView schedule) =>
        $"Schedule {schedule.Name} is {State(schedule)}"
        + (schedule.Next.Count > 0 ? $": next at {Times.Iso(schedule.Next[0])}." : ": no time to come.")
        + (schedule.LastTask is { } last ? $" Its last task is {last}." : "")
        + (schedule.QueuedAt is { } queued ? $" The task of {Times.Iso(queued)} waits until that has ended." : "")
        + (schedule.Problem is { } problem ? $" {problem}" : "");

    public static string State(ScheduleView schedule) => schedule.Paused ? "paused" : schedule.Next.Count == 0 ? "over" : "active";
}
