using System.CommandLine;

namespace Kanban.Bus.Cli.Ops;

/// <summary><c>kanban ops dlq drop ID…</c>, or <c>--all</c>.</summary>
internal static class DeadLetterDrop
{
    public static Command Build(App app) => DeadLetterChoice.Build(app, "drop", "Drop dead letters; the history keeps that they were",
        (call, id, ct) => call.Board.DropDeadLetterAsync(id, ct), "is dropped");
}
