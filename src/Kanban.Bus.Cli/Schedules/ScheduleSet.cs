using System.CommandLine;
using System.Text.Json.Nodes;

namespace Kanban.Bus.Cli.Schedules;

/// <summary><c>kanban schedule set NAME</c>: what is not named stays.</summary>
internal static class ScheduleSet
{
    public static Command Build(App app)
    {
        var name = new Argument<string>("NAME") { Description = "The schedule" };
        var (times, template) = (new TimesOptions(), new TemplateOptions());
        var reason = Options.Text("--reason", "Why; kept in the history", "TEXT", "-r");
        var command = new Command("set", "Change a schedule; tasks that are made stay as they are") { name, reason };
        times.AddTo(command);
        template.AddTo(command);
        return app.On(command, async (call, ct) =>
        {
            var patch = new JsonObject();
            times.Put(call, patch);
            if (await template.ReadAsync(call, ct) is { Count: > 0 } task)
                patch["task"] = task;
            patch.OrRefuse("name what should be, such as --cron '0 3 * * *'.").Put("reason", call.Get(reason));
            call.Output.One(await call.Board.EditScheduleAsync(call.Get(name), patch, ct), ScheduleColumns.All, ScheduleColumns.Sentence);
            return ExitCode.Ok;
        });
    }
}
