using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kanban.Bus.Contracts;

/// <summary>The one way this product writes JSON: camelCase names, enums as kebab-case words, no nulls guessed.</summary>
public static class Json
{
    /// <summary>For what a client reads: fields that a newer board added are ignored.</summary>
    public static readonly JsonSerializerOptions Client = new(Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web)))
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    };

    /// <summary>For what the board reads: unknown fields and fields given twice are refused, and numbers are numbers.</summary>
    public static readonly JsonSerializerOptions Board = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false));
        options.Converters.Add(new ZonedTimeConverter());
        return options;
    }
}
