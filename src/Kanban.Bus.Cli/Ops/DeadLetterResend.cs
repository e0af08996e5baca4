using System.CommandLine;

namespace Kanban.Bus.Cli.Ops;

/// <summary><c>kanban ops dlq resend ID…</c>, or <c>--all</c>.</summary>
internal static class DeadLetterResend
{
    public static Command Build(App app) => DeadLetterChoice.Build(app, "resend", "Put dead letters back on their queues, as they came",
        (call, id, ct) => call.Board.ResendDeadLetterAsync(id, ct), "is on its queue again");
}
