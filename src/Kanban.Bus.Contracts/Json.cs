using System.Runtime.CompilerServices;
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

    /// <summary>The rules of <see cref="Client"/> for a context of generated types: each enum among them bears <see cref="EnumWords{TEnum}"/>.</summary>
    public static JsonSerializerOptions Generated() => new(Rules(new JsonSerializerOptions(JsonSerializerDefaults.Web)))
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    };

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        Rules(options);
        // It makes a converter for whatever enum it meets, which takes a compiler at run time.
        if (RuntimeFeature.IsDynamicCodeSupported)
            options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false));
        return options;
    }

    private static JsonSerializerOptions Rules(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.Converters.Add(new ZonedTimeConverter());
        return options;
    }
}
