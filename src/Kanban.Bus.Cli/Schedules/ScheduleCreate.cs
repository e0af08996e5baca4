using System.CommandLine;
using System.Text.Json.Nodes;
using Kanban.Bus.Cli.Client;

namespace Kanban.Bus.Cli.Schedules;

/// <summary><c>kanban schedule create NAME --cron '0 3 * * *' --lane LANE</c></summary>
internal static class ScheduleCreate
{
    public static Command Build(App app)
    {
        var name = new Argument<string>("NAME") { Description = "Lower-case letters, digits and hyphens, at most 40" };
        var (times, template) = (new TimesOptions(), new TemplateOptions());
        var command = new Command("create", "Make a task again and again") { name };
        command.Aliases.Add("add");
        times.AddTo(command);
        template.AddTo(command);
        return app.On(command, async (call, ct) =>
        {
            if (call.Get(times.Cron) is null)
                throw new UsageException("--cron is missing: it says when, as in --cron '0 3 * * mon-fri'.");
            var task = await template.ReadAsync(call, ct);
            task.TryAdd("title", call.Get(name));
            var schedule = new JsonObject { ["name"] = call.Get(name), ["task"] = task };
            times.Put(call, schedule);
            call.Output.One(await call.Board.AddScheduleAsync(schedule, ct), ScheduleColumns.All, ScheduleColumns.Sentence);
            return ExitCode.Ok;
        });
    }
}
