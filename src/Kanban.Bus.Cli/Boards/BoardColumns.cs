using System.Globalization;
using Kanban.Bus.Cli.Printing;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Boards;

/// <summary>How boards are printed.</summary>
internal static class BoardColumns
{
    public static Columns<BoardView> All { get; } = new(
        board => board.Key,
        new("KEY", board => board.Key),
        new("CAP", board => board.Limit?.ToString(CultureInfo.InvariantCulture) ?? "-", board => $"{board.Limit}"),
        new("ACTIVE", board => $"{board.Active}"),
        new("TASKS", board => $"{board.Counts.Values.Sum()}"),
        new("CREATED", board => board.CreatedAt.LocalDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), board => Times.Iso(board.CreatedAt)),
        new("TITLE", board => board.Title),
        new("NEXT", board => Windows.Next(board.NextChange)));

    public static string Sentence(BoardView board) =>
        $"Board {board.Key} ({board.Title}): cap {board.Limit?.ToString(CultureInfo.InvariantCulture) ?? "none"}, {board.Active} active, {board.Counts.Values.Sum()} tasks."
        + (Windows.Next(board.NextChange) is { } next ? $" By its windows: {next}." : "");
}
