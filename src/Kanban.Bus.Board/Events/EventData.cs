using System.Globalization;
using System.Text.Json;

namespace Kanban.Bus.Board.Events;

/// <summary>An event's data, field by field, in words.</summary>
internal sealed class EventData(JsonElement data)
{
    private const int TextLength = 300;

    /// <summary>A field that the sentence can't do without; a question mark where the row lacks it.</summary>
    public string this[string field] => Value(field) ?? "?";

    /// <summary>The run's, with a space before it; empty where the event has none.</summary>
    public string Number => With(" ", "attempt");

    /// <summary>What each edited field was and is: <c>priority from 0 to 5; due from none to 2026-05-01T08:00:00+00:00</c>.</summary>
    public string Changes => data.ValueKind is not JsonValueKind.Object ? "?" : string.Join("; ", data.EnumerateObject()
        .Select(edit => (edit.Name, Value: new EventData(edit.Value)))
        .Select(edit => edit.Value.Has("to") ? $"{Spaced(edit.Name)} from {edit.Value.OrNone("from")} to {edit.Value.OrNone("to")}"
            : edit.Value.Has("toBytes") ? $"{Spaced(edit.Name)} from {edit.Value["fromBytes"]} to {edit.Value["toBytes"]} bytes" : "")
        .Where(change => change.Length > 0).DefaultIfEmpty("?"));

    public EventData Inside(string field) => new(Element(field));

    public string With(string before, string field, string after = "", string? unless = null) =>
        Value(field) is { } value && value != unless && value.Length > 0 ? before + value + after : "";

    public string Count(string field, string what)
    {
        var element = Element(field);
        var count = element.ValueKind switch { JsonValueKind.Array => element.GetArrayLength(), JsonValueKind.Number => element.GetInt32(), _ => 0 };
        return count is 1 ? $"one {what}" : string.Create(CultureInfo.InvariantCulture, $"{count} {what}s");
    }

    /// <summary>With the reason, where somebody gave one.</summary>
    public string Because(string clause) => Element("reason").ValueKind is JsonValueKind.String ? clause + With(": ", "reason") : clause;

    private bool Has(string field) => Element(field).ValueKind is not JsonValueKind.Undefined;

    private string OrNone(string field) => Value(field) is { Length: > 0 } value ? value : "none";

    private JsonElement Element(string field) => data.ValueKind is JsonValueKind.Object && data.TryGetProperty(field, out var value) ? value : default;

    private string? Value(string field) => Text(Element(field));

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        JsonValueKind.String when value.GetString() is { } text => text.Length <= TextLength ? text : string.Concat(text.AsSpan(0, TextLength - 1), "…"),
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Text)),
        _ => value.GetRawText(),
    };

    /// <summary><c>maxActive</c> as <c>max active</c>.</summary>
    private static string Spaced(string field) => JsonNamingPolicy.KebabCaseLower.ConvertName(field).Replace('-', ' ');
}
