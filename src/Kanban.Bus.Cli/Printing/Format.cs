namespace Kanban.Bus.Cli.Printing;

/// <summary>How an answer is printed on standard output.</summary>
internal enum Format
{
    /// <summary>For eyes. Its shape may change from version to version.</summary>
    Table,

    /// <summary>The API's own fields: an array for a list, an object for one thing; followed lists print one object per line.</summary>
    Json,

    /// <summary>One line per item, fields between tabs, no header unless <c>--headers</c>. Columns are only ever added at the end.</summary>
    Tsv,

    /// <summary>Keys, names or ids alone, one per line.</summary>
    Name,
}
