using System.CommandLine;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task move KEY STATUS</c></summary>
internal static class TaskMove
{
    public static Command Build(App app)
    {
        var key = TaskKeys.One();
        var status = new Argument<Status>("STATUS")
        {
            HelpName = "STATUS",
            Description = string.Join(", ", Words.All<Status>().Where(word => word != "running")),
            CustomParser = result => Words.Parse<Status>(Options.Only(result)) ?? Options.Refuse<Status>(result, Options.NotAmong<Status>("STATUS", Options.Only(result))),
        };
        status.CompletionSources.Clear();
        status.CompletionSources.Add(Words.All<Status>());
        var reason = TaskKeys.Reason("Why, for its history");
        var command = new Command("move", "Put a task into another column") { key, status, reason };
        return app.On(command, async (call, ct) =>
        {
            var task = await call.Board.MoveAsync(call.Get(key), call.Get(status), call.Get(reason), ct);
            call.Output.One(task, TaskColumns.Of(call.Terminal.Clock), TaskColumns.Sentence);
            return ExitCode.Ok;
        });
    }
}
