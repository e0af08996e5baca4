using Spectre.Console;

namespace Kanban.Bus.Cli.Printing;

/// <summary>The only user of Spectre.Console, so that a script's call never loads it.</summary>
internal static class TableWriter
{
    public static void Write<T>(Terminal terminal, IReadOnlyList<T> items, Columns<T> columns)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal.Colour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = terminal.Colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(terminal.Out),
        });
        console.Profile.Width = terminal.Width;

        var table = new Table { Border = TableBorder.None, ShowRowSeparators = false };
        foreach (var column in columns.All)
            table.AddColumn(new TableColumn(new Text(column.Header, new Style(decoration: Decoration.Bold))) { NoWrap = column != columns.All[^1], Padding = new Padding(0, 0, 2, 0) });
        foreach (var item in items)
            table.AddRow(columns.All.Select(column => new Text(Output.Plain(column.Text(item) ?? ""), Tint(column.Text(item)))));
        console.Write(table);
    }

    /// <summary>A hue per status; it repeats what the word says, so nothing is lost without colour.</summary>
    private static Style? Tint(string? word) => word switch
    {
        "done" or "succeeded" or "live" => new Style(Color.Green),
        "running" or "offered" => new Style(Color.Blue),
        "failed" or "lost" or "timed-out" or "gone" => new Style(Color.Red),
        "blocked" or "review" or "draining" or "stopping" => new Style(Color.Yellow),
        _ => null,
    };
}
