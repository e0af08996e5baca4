using Kanban.Bus.Cli.Printing;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Ops;

/// <summary>How dead letters are printed.</summary>
internal static class DeadLetterColumns
{
    public static Columns<DeadLetterView> Of(TimeProvider clock) => new(
        letter => $"{letter.Id}",
        new("ID", letter => $"{letter.Id}"),
        new("AGE", letter => Times.Age(letter.At, clock), letter => Times.Iso(letter.At)),
        new("QUEUE", letter => letter.Queue),
        new("BYTES", letter => $"{letter.Bytes}"),
        new("FROM", letter => letter.From),
        new("REASON", letter => letter.Reason));
}
