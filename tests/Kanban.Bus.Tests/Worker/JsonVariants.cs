using System.Text.Json;

namespace Kanban.Bus.Tests.Worker;

/// <summary>What a document might be by a slip: each member at any depth left out, given twice, null, or of another kind; and members that nobody knows.</summary>
internal static class JsonVariants
{
    private static readonly string[] Others = ["null", "1", "\"x\"", "\"1\"", "true", "[]", "{}", "[null]"];

    public static IEnumerable<string> Of(JsonElement whole)
    {
        foreach (var other in Others)
            yield return other;
        if (whole.ValueKind is JsonValueKind.Object)
        {
            List<(string Name, string Value)> members = [.. whole.EnumerateObject().Select(p => (JsonSerializer.Serialize(p.Name), p.Value.GetRawText()))];
            yield return Object([.. members, ("\"nobodyKnowsThis\"", "1")]);
            for (var i = 0; i < members.Count; i++)
            {
                var (name, value) = members[i];
                yield return Object([.. members[..i], .. members[(i + 1)..]]);
                yield return Object([.. members, (name, value)]);
                yield return Object([.. members[..i], (name.ToUpperInvariant(), value), .. members[(i + 1)..]]);
                foreach (var other in Of(JsonElement.Parse(value)))
                    yield return Object([.. members[..i], (name, other), .. members[(i + 1)..]]);
            }
        }
        else if (whole.ValueKind is JsonValueKind.Array)
        {
            List<string> items = [.. whole.EnumerateArray().Select(e => e.GetRawText())];
            for (var i = 0; i < items.Count; i++)
                foreach (var other in Of(JsonElement.Parse(items[i])))
                    yield return $"[{string.Join(',', (List<string>)[.. items[..i], other, .. items[(i + 1)..]])}]";
        }
    }

    private static string Object(IEnumerable<(string Name, string Value)> members) => $"{{{string.Join(',', members.Select(m => $"{m.Name}:{m.Value}"))}}}";
}
