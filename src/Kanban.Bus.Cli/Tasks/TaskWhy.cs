using System.CommandLine;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task why KEY</c></summary>
internal static class TaskWhy
{
    public static Command Build(App app)
    {
        var key = TaskKeys.One();
        return app.On(new Command("why", "Say what a task waits for") { key }, async (call, ct) =>
        {
            var why = await call.Board.WhyAsync(call.Get(key), ct);
            if (call.Output.ForEyes)
                call.Output.Text($"{why.Key} is {Words.Of(why.Status)}: {why.Reason}{Line(why)}");
            else
                call.Output.Fields(why, why.Key,
                [
                    ("key", why.Key), ("status", Words.Of(why.Status)), ("waits", why.Waits ? "yes" : "no"),
                    ("code", why.Code is { } code ? Words.Of(code) : null), ("reason", why.Reason), ("place", $"{why.Place}"),
                    ("cap", why.Cap), ("about seconds", $"{why.AboutSeconds}"), ("until", why.Until is { } until ? Times.Iso(until) : null),
                ]);
            return ExitCode.Ok;
        });
    }

    private static string Line(WhyView why) =>
        (why.Place is { } place ? $"; place {place} of its lane" : "")
        + (why.AboutSeconds is { } seconds ? $"; about {About(TimeSpan.FromSeconds(seconds))}" : "");

    private static string About(TimeSpan time) => time switch
    {
        { TotalSeconds: < 90 } => $"{time.TotalSeconds:0} s",
        { TotalMinutes: < 90 } => $"{time.TotalMinutes:0} min",
        _ => $"{time.TotalHours:0} h",
    };
}
