using System.Text.Json;
using System.Text.Json.Nodes;
using Kanban.Bus.Cli.Client;

namespace Kanban.Bus.Cli.Mcp;

/// <summary>One thing that an agent may do on the board.</summary>
/// <param name="ReadOnly">It changes nothing.</param>
/// <param name="Carry">Returns the text that the agent reads.</param>
internal sealed record BoardTool(
    string Name, string Description, IReadOnlyList<Parameter> Parameters, Func<ToolArguments, CancellationToken, Task<string>> Carry, bool ReadOnly = false)
{
    /// <summary>JSON Schema of its arguments. Nothing but these is taken.</summary>
    public JsonElement Schema()
    {
        var properties = new JsonObject();
        foreach (var parameter in Parameters)
            properties[parameter.Name] = parameter.Schema();
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = new JsonArray([.. Parameters.Where(p => p.Required).Select(p => JsonValue.Create(p.Name))]),
            ["additionalProperties"] = false,
        };
        return JsonElement.Parse(schema.ToJsonString());
    }
}

/// <summary>An argument of a tool.</summary>
/// <param name="Type">Of JSON Schema: <c>string</c>, <c>integer</c>, <c>object</c>, or <c>array</c> for a list of strings.</param>
/// <param name="OneOf">The words it may be; null for any.</param>
internal sealed record Parameter(string Name, string Type, string Description, bool Required = false, IReadOnlyList<string>? OneOf = null)
{
    public JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = Type, ["description"] = Description };
        if (Type == "array")
            schema["items"] = new JsonObject { ["type"] = "string" };
        if (OneOf is not null)
            schema["enum"] = new JsonArray([.. OneOf.Select(word => JsonValue.Create(word))]);
        return schema;
    }

    public bool Takes(JsonElement value) => Type switch
    {
        "string" => value.ValueKind is JsonValueKind.String && (OneOf?.Contains(value.GetString()!) ?? true),
        "integer" => value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out _),
        "array" => value.ValueKind is JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind is JsonValueKind.String),
        _ => value.ValueKind is JsonValueKind.Object,
    };

    public string Allowed => OneOf is not null ? $"one of {string.Join(", ", OneOf)}" : Type switch
    {
        "array" => "a list of strings",
        "integer" => "a whole number",
        "object" => "an object",
        _ => "a string",
    };
}

/// <summary>What a tool was called with, held to its schema.</summary>
internal sealed class ToolArguments
{
    private readonly Dictionary<string, JsonElement> _given = [];

    /// <exception cref="UsageException">An argument is not known, of another type, or missing: the sentence names it and what is allowed.</exception>
    public ToolArguments(BoardTool tool, IEnumerable<KeyValuePair<string, JsonElement>>? given)
    {
        foreach (var (name, value) in given ?? [])
        {
            if (tool.Parameters.FirstOrDefault(p => p.Name == name) is not { } parameter)
                throw new UsageException($"{tool.Name} has no argument '{name}'; it takes {(tool.Parameters.Count == 0 ? "none" : string.Join(", ", tool.Parameters.Select(p => p.Name)))}.");
            // Agents fill in null for what they leave out.
            if (value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
                continue;
            if (!parameter.Takes(value))
                throw new UsageException($"'{name}' of {tool.Name} takes {parameter.Allowed}; given was {Short(value.GetRawText())}.");
            _given[name] = value;
        }

        if (tool.Parameters.FirstOrDefault(p => p.Required && !_given.ContainsKey(p.Name)) is { } missing)
            throw new UsageException($"{tool.Name} needs '{missing.Name}': {missing.Description}.");
    }

    public string? Text(string name) => _given.TryGetValue(name, out var value) ? value.GetString() : null;

    public string Needed(string name) => _given[name].GetString()!;

    public int? Number(string name) => _given.TryGetValue(name, out var value) ? value.GetInt32() : null;

    public JsonElement? Json(string name) => _given.TryGetValue(name, out var value) ? value : null;

    /// <summary>Null when it was not given, or empty.</summary>
    public List<string>? Many(string name) =>
        _given.TryGetValue(name, out var value) && value.GetArrayLength() > 0 ? [.. value.EnumerateArray().Select(item => item.GetString()!)] : null;

    public T? Word<T>(string name) where T : struct, Enum => Text(name) is { } word ? Words.Parse<T>(word) : null;

    private static string Short(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
