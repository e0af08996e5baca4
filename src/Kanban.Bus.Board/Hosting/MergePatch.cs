using System.Reflection;
using System.Text.Json;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.Metadata;

namespace Kanban.Bus.Board.Hosting;

/// <summary>A JSON merge patch (RFC 7396): what is absent stays, <c>null</c> clears. It keeps apart what a plain record can't: absent and null.</summary>
/// <typeparam name="T">The shape of the fields that may be patched.</typeparam>
internal sealed class MergePatch<T> : IEndpointParameterMetadataProvider where T : class
{
    private readonly HashSet<string> _given;

    private MergePatch(T value, IEnumerable<string> given)
    {
        Value = value;
        _given = new HashSet<string>(given, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The fields as given; null where absent.</summary>
    public T Value { get; }

    /// <param name="field">As in <c>nameof(EditTask.Title)</c>.</param>
    public bool Has(string field) => _given.Contains(field);

    /// <exception cref="JsonException">An unknown field, or a value of the wrong kind.</exception>
    public static MergePatch<T> Read(JsonElement patch)
    {
        if (patch.ValueKind is not JsonValueKind.Object)
            throw new JsonException($"A merge patch is a JSON object; this is of kind {patch.ValueKind}.");
        var value = patch.Deserialize<T>(Json.Board) ?? throw new JsonException("A merge patch is a JSON object; this is null.");
        return new MergePatch<T>(value, patch.EnumerateObject().Select(p => p.Name));
    }

    public static async ValueTask<MergePatch<T>> BindAsync(HttpContext http)
    {
        if (!http.Request.HasJsonContentType())
            throw new BadHttpRequestException("The body must be JSON: application/merge-patch+json or application/json.", StatusCodes.Status415UnsupportedMediaType);
        try
        {
            return Read(await http.Request.ReadFromJsonAsync<JsonElement>(Json.Board, http.RequestAborted));
        }
        catch (JsonException error)
        {
            // The shape in which the framework reports an unreadable body, so that one handler answers both.
            throw new BadHttpRequestException("The body can't be read.", StatusCodes.Status400BadRequest, error);
        }
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/merge-patch+json", "application/json"], typeof(T)));
}
