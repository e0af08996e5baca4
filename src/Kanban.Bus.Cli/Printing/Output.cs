using System.Text;
using System.Text.Json;
using Kanban.Bus.Cli.Client;

namespace Kanban.Bus.Cli.Printing;

/// <summary>Prints answers to standard output in the format asked for, and chatter to standard error.</summary>
internal sealed class Output(Terminal terminal, Format format, bool headers)
{
    public Format Format { get; } = format;

    /// <summary>A person reads this.</summary>
    public bool ForEyes => Format == Format.Table;

    public void List<T>(IReadOnlyList<T> items, Columns<T> columns, string whenEmpty)
    {
        switch (Format)
        {
            case Format.Json:
                Json(items);
                break;
            case Format.Table when items.Count == 0:
                Note(whenEmpty);
                break;
            case Format.Table:
                TableWriter.Write(terminal, items, columns);
                break;
            case Format.Name:
                foreach (var item in items)
                    terminal.Out.WriteLine(Plain(columns.Name(item)));
                break;
            default:
                if (headers)
                    Line(columns.All.Select(column => column.Header.ToLowerInvariant()));
                foreach (var item in items)
                    Row(item, columns);
                break;
        }
    }

    /// <summary>One thing: a sentence for eyes, a row for programs.</summary>
    public void One<T>(T item, Columns<T> columns, Func<T, string> sentence)
    {
        if (ForEyes)
            terminal.Out.WriteLine(Plain(sentence(item)));
        else if (Format == Format.Json)
            Json(item);
        else
            List([item], columns, "");
    }

    /// <summary>One thing with all its fields: <c>name: value</c> lines for eyes, <c>name⇥value</c> lines in tsv.</summary>
    public void Fields<T>(T item, string name, IEnumerable<(string Name, string? Value)> fields)
    {
        switch (Format)
        {
            case Format.Json:
                Json(item);
                return;
            case Format.Name:
                terminal.Out.WriteLine(Plain(name));
                return;
            default:
                break;
        }

        var given = fields.Where(field => !string.IsNullOrEmpty(field.Value)).ToList();
        var width = given.Count == 0 ? 0 : given.Max(field => field.Name.Length) + 1;
        foreach (var (label, value) in given)
        {
            if (ForEyes)
                terminal.Out.WriteLine($"{(label + ":").PadRight(width)} {Plain(value!)}");
            else
                Line([label, value]);
        }
    }

    /// <summary>One item of a list that goes on: a line at once, in every format.</summary>
    public void Next<T>(T item, Columns<T> columns)
    {
        if (Format == Format.Json)
            terminal.Out.WriteLine(JsonSerializer.Serialize(item, ClientJson.PrintedLine));
        else if (Format == Format.Name)
            terminal.Out.WriteLine(Plain(columns.Name(item)));
        else if (ForEyes)
            terminal.Out.WriteLine(string.Join("  ", columns.All.Select(column => Plain(column.Text(item) ?? ""))).TrimEnd());
        else
            Row(item, columns);
    }

    public void Json<T>(T item) => terminal.Out.WriteLine(JsonSerializer.Serialize(item, ClientJson.Printed));

    public void Text(string text) => terminal.Out.WriteLine(Plain(text));

    /// <summary>For the person at the terminal; never part of the answer.</summary>
    public void Note(string sentence) => terminal.Error.WriteLine(Plain(sentence));

    /// <summary>Keeps what others wrote (titles, reasons) from steering this terminal or breaking a line of a table.</summary>
    public static string Plain(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !text.AsSpan().ContainsAnyInRange('\x7f', '\x9f'))
            return text;
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
            plain.Append(c is '\t' or '\n' or '\r' ? ' ' : char.IsControl(c) ? '\uFFFD' : c);
        return plain.ToString();
    }

    private void Row<T>(T item, Columns<T> columns) => Line(columns.All.Select(column => (column.Machine ?? column.Text)(item)));

    private void Line(IEnumerable<string?> fields) => terminal.Out.WriteLine(string.Join('\t', fields.Select(field => Plain(field ?? ""))));
}
