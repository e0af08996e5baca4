using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kanban.Bus.Contracts;

/// <summary>A point in time as JSON has it, with its zone: without one it would be read in that of whatever host reads it.</summary>
public sealed class ZonedTimeConverter : JsonConverter<DateTimeOffset>
{
    /// <summary>Part of the message where the zone is missing.</summary>
    public const string NoZone = "has no time zone";

    private const int DateLength = 10;
    private const int OffsetLength = 6;

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is not JsonTokenType.String || !reader.TryGetDateTimeOffset(out var time))
            // The serializer says the rest, and where.
            throw new JsonException();
        var text = reader.GetString()!;
        if (text[^1] is not ('Z' or 'z') && (text.Length < DateLength + OffsetLength || text[^OffsetLength] is not ('+' or '-')))
            throw new JsonException($"is '{text}', which {NoZone}: end it with Z or an offset such as +02:00.");
        return time;
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
