using System.CommandLine;

namespace Kanban.Bus.Cli.Ops;

/// <summary><c>kanban ops dlq list</c></summary>
internal static class DeadLetterList
{
    public static Command Build(App app) => app.On(new Command("list", "List messages that nobody could read, oldest first"), async (call, ct) =>
    {
        call.Output.List(await call.Board.DeadLettersAsync(ct), DeadLetterColumns.Of(call.Terminal.Clock), "No dead letters.");
        return ExitCode.Ok;
    });
}
