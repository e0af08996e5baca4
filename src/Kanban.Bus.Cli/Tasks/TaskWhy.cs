using System.CommandLine;

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
                call.Output.Text($"{why.Key} is {Words.Of(why.Status)}: {why.Reason}" + (why.Place is { } place ? $" It is number {place} of its lane." : ""));
            else
                call.Output.Fields(why, why.Key,
                [
                    ("key", why.Key), ("status", Words.Of(why.Status)), ("waits", why.Waits ? "yes" : "no"),
                    ("code", why.Code is { } code ? Words.Of(code) : null), ("reason", why.Reason), ("place", $"{why.Place}"),
                ]);
            return ExitCode.Ok;
        });
    }
}
