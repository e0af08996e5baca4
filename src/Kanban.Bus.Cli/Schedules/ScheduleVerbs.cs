using System.CommandLine;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Schedules;

/// <summary><c>kanban schedule pause|resume|run-now|delete NAME</c></summary>
internal static class ScheduleVerbs
{
    public static Command BuildPause(App app)
    {
        var reason = Options.Text("--reason", "Why; shown until it is resumed", "TEXT", "-r");
        var (command, name) = Of("pause", "Make no more tasks; times that pass meanwhile are not caught up with");
        command.Options.Add(reason);
        return app.On(command, (call, ct) => PrintAsync(call, call.Board.PauseScheduleAsync(call.Get(name), call.Get(reason), ct)));
    }

    public static Command BuildResume(App app) => Build(app, "resume", "Make tasks again, from the next time on", (board, name, ct) => board.ResumeScheduleAsync(name, ct));

    public static Command BuildRunNow(App app) => Build(app, "run-now", "Make a task now, by its rule of overlap; a paused schedule too", (board, name, ct) => board.RunScheduleAsync(name, ct));

    public static Command BuildDelete(App app)
    {
        var (command, name) = Of("delete", "Drop a schedule; the tasks it made stay");
        return app.On(command, async (call, ct) =>
        {
            await call.Board.DeleteScheduleAsync(call.Get(name), ct);
            call.Output.Note($"Schedule {call.Get(name)} is gone.");
            return ExitCode.Ok;
        });
    }

    private static Command Build(App app, string verb, string description, Func<BoardClient, string, CancellationToken, Task<ScheduleView>> act)
    {
        var (command, name) = Of(verb, description);
        return app.On(command, (call, ct) => PrintAsync(call, act(call.Board, call.Get(name), ct)));
    }

    private static (Command, Argument<string>) Of(string verb, string description)
    {
        var name = new Argument<string>("NAME") { Description = "The schedule" };
        return (new Command(verb, description) { name }, name);
    }

    private static async Task<int> PrintAsync(Call call, Task<ScheduleView> schedule)
    {
        call.Output.One(await schedule, ScheduleColumns.All, ScheduleColumns.Sentence);
        return ExitCode.Ok;
    }
}
