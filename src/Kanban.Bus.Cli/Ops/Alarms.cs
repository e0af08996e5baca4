using System.CommandLine;
using Kanban.Bus.Cli.Printing;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Ops;

/// <summary><c>kanban ops alarms</c></summary>
internal static class Alarms
{
    private static readonly Columns<EventView> Shown = new(
        item => item.Id,
        new("TIME", item => item.Time.LocalDateTime.ToString("yyyy-MM-dd HH:mm:ss", null), item => Times.Iso(item.Time)),
        new("ALARM", item => Text(item, "alarm")),
        new("SUBJECT", item => item.Subject),
        new("REASON", item => Text(item, "reason")));

    public static Command Build(App app)
    {
        var limit = Options.Number("--limit", "Most alarms to list; 50 unless told");
        return app.On(new Command("alarms", "What a person should look at, newest first: tasks that ran too often, lanes whose breaker opened") { limit }, async (call, ct) =>
        {
            call.Output.List(await call.Board.AlarmsAsync(call.Get(limit) ?? Limits.DefaultPageSize, ct), Shown, "No alarms.");
            return ExitCode.Ok;
        });
    }

    private static string? Text(EventView item, string field) => item.Data.TryGetProperty(field, out var value) ? value.GetString() : null;
}
