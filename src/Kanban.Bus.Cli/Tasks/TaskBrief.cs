using System.CommandLine;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task brief KEY</c></summary>
internal static class TaskBrief
{
    public static Command Build(App app)
    {
        var key = TaskKeys.One();
        return app.On(new Command("brief", "Print just what the task's run reads, or its next one would") { key }, async (call, ct) =>
        {
            // As it is, so that it can be read by a program too; a terminal gets no control characters.
            var brief = await call.Board.BriefAsync(call.Get(key), ct);
            foreach (var line in brief.TrimEnd('\n').Split('\n'))
                call.Terminal.Out.WriteLine(call.Terminal.OutIsTerminal ? Printing.Output.Plain(line) : line);
            return ExitCode.Ok;
        });
    }
}
