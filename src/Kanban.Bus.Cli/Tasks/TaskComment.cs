using System.CommandLine;
using Kanban.Bus.Cli.Printing;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task comment KEY TEXT|-</c></summary>
internal static class TaskComment
{
    public static Columns<CommentView> Columns { get; } = new(
        comment => $"{comment.Id}",
        new("ID", comment => $"{comment.Id}"),
        new("BY", comment => comment.By),
        new("AT", comment => Times.Iso(comment.At)),
        new("TEXT", comment => comment.Text),
        new("SEEN", comment => comment.SeenAt is { } seen ? Times.Iso(seen) : null));

    public static Command Build(App app)
    {
        var key = TaskKeys.One();
        var text = new Argument<string>("TEXT") { Description = "The remark; - reads it from standard input" };
        var command = new Command("comment", "Put a remark on a task; its run reads it, or its next one in its brief") { key, text };
        return app.On(command, async (call, ct) =>
        {
            var words = call.Get(text) is "-" ? await call.Terminal.In.ReadToEndAsync(ct) : call.Get(text);
            var comment = await call.Board.CommentAsync(call.Get(key), words, ct);
            call.Output.One(comment, Columns, _ => $"Comment added to {call.Get(key)}.");
            return ExitCode.Ok;
        });
    }
}
