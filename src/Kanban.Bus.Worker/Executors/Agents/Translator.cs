using System.Text.Json;
using System.Text.RegularExpressions;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>Turns one line of an agent's output into events, and keeps what it says in the state. It reads no clock and no file: the same lines give the same events.</summary>
internal abstract partial class Translator
{
    /// <summary>More than is shown of anything: what is cut here may be half a secret, which is not recognised any more.</summary>
    private const int MostKept = 20_000;

    /// <param name="line">One JSON object.</param>
    public abstract IEnumerable<AgentEvent> Translate(JsonElement line, AgentState state);

    /// <summary>A line is no JSON object: a notice, or half a line of an agent that was killed.</summary>
    public static JsonElement? Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(ValidText.Of(line));
            return document.RootElement.ValueKind is JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    protected static AgentEvent Message(AgentState state, string? text, string? parent = null)
    {
        if (parent is null && !string.IsNullOrWhiteSpace(text))
            state.LastMessage = Cut(text);
        return new AgentEvent(AgentEvents.Message) { Text = Cut(text), Parent = parent };
    }

    protected static AgentEvent Finished(AgentState state, AgentEnd end)
    {
        state.End = end with { Text = Cut(end.Text) };
        return new AgentEvent(AgentEvents.RunFinished) { Ok = end.Ok, Text = Cut(end.Text), Status = end.Status, Usage = state.Usage };
    }

    protected static AgentEvent NewTurn(AgentState state)
    {
        state.Turns++;
        return new AgentEvent(AgentEvents.TurnStarted);
    }

    protected static string? Cut(string? text) => Cut(text, MostKept);

    /// <summary>So many characters at most.</summary>
    internal static string? Cut(string? text, int most) => text is null || text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1)] + "…";

    protected static JsonElement? At(JsonElement of, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (of.ValueKind is not JsonValueKind.Object || !of.TryGetProperty(name, out of))
                return null;
        }
        return of.ValueKind is JsonValueKind.Null ? null : of;
    }

    protected static string? Text(JsonElement of, params ReadOnlySpan<string> path) => At(of, path) is { ValueKind: JsonValueKind.String } text ? Said(text) : null;

    protected static long? Number(JsonElement of, params ReadOnlySpan<string> path) =>
        At(of, path) is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out var value) && Math.Abs(value) < 1e18 ? (long)value : null;

    /// <summary>Null also for what is no sum of money: such could not be added up.</summary>
    protected static decimal? Money(JsonElement of, params ReadOnlySpan<string> path) =>
        At(of, path) is { ValueKind: JsonValueKind.Number } number && number.TryGetDecimal(out var value) && Math.Abs(value) < 1e18m ? value : null;

    protected static bool Flag(JsonElement of, params ReadOnlySpan<string> path) => At(of, path) is { ValueKind: JsonValueKind.True };

    protected static IEnumerable<JsonElement> Items(JsonElement of, params ReadOnlySpan<string> path) =>
        At(of, path) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : [];

    /// <summary>A call's input or answer as people read it: a text as it is, anything else as JSON.</summary>
    protected static string? Shown(JsonElement? value) => value switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => Cut(Said(text)),
        { ValueKind: JsonValueKind.Array } parts when parts.EnumerateArray().All(p => Text(p, "text") is not null) => Cut(string.Join('\n', parts.EnumerateArray().Select(p => Text(p, "text")))),
        { } other => Cut(other.GetRawText()),
    };

    /// <summary>Agents cut texts in the middle of an emoji and write the half that is left: it becomes U+FFFD.</summary>
    private static string? Said(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return JsonElement.Parse(HalfCharacter().Replace(text.GetRawText(), @"\ufffd")).GetString();
        }
    }

    [GeneratedRegex(@"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}")]
    private static partial Regex HalfCharacter();
}
