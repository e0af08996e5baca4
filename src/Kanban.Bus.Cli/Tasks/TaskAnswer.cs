using System.CommandLine;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task answer KEY TEXT|-</c></summary>
internal static class TaskAnswer
{
    public static Command Build(App app)
    {
        var key = TaskKeys.One();
        var text = new Argument<string>("TEXT") { Description = "The answer; - reads it from standard input" };
        var allow = new Option<bool>("--allow") { Description = "What the run was not allowed to do, the next one may; only where the host's profile says allowWhenAnswered" };
        var command = new Command("answer", "Answer the question of a task's last run: the task goes on, and its next run reads the answer") { key, text, allow };
        return app.On(command, async (call, ct) =>
        {
            var words = call.Get(text) is "-" ? await call.Terminal.In.ReadToEndAsync(ct) : call.Get(text);
            call.Output.One(await call.Board.AnswerAsync(call.Get(key), words, call.Get(allow), ct), TaskColumns.Of(call.Terminal.Clock), TaskColumns.Sentence);
            return ExitCode.Ok;
        });
    }
}
