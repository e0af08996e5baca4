using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.OpenApi;

namespace Kanban.Bus.Board.Hosting;

/// <summary>The description of the API, at /openapi/v1.json for whoever may call it. The dashboard's types are made from it.</summary>
public static partial class OpenApiFeature
{
    public const string DocumentName = "v1";

    public static IServiceCollection AddBoardOpenApi(this IServiceCollection services) => services.AddOpenApi(DocumentName, openApi =>
    {
        openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Kanban.Bus",
                Version = "1",
                Description = "One board for agents on every host. Durations are in seconds, times in UTC. Every refusal is a problem document (RFC 9457) with a stable `code`, a sentence in `detail`, and `errors` with a pointer to each field.",
            };
            // Where this process happens to listen says nothing to a reader.
            document.Servers?.Clear();
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["bearer"] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    Description = "People: an admin key (kbk_). Workers: a worker token (kbw_) to register, then the session's token (kbs_). Runs: the run's token (kbr_).",
                },
            };
            document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
            document.Components.Schemas["Problem"] = ProblemSchema;
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", document)] = [] }];
            return Task.CompletedTask;
        });
        // Times have a converter of ours, which the framework can't look into.
        openApi.AddSchemaTransformer((schema, context, _) =>
        {
            var type = context.JsonTypeInfo.Type;
            if (type == typeof(DateTimeOffset) || type == typeof(DateTimeOffset?))
                (schema.Type, schema.Format) = (type == typeof(DateTimeOffset) ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null, "date-time");
            else if (type.IsAssignableTo(typeof(IEnumerable<DateTimeOffset>)))
                schema.Items = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" };
            return Task.CompletedTask;
        });
        openApi.AddOperationTransformer((operation, context, _) =>
        {
            var id = operation.OperationId ?? NameOf(context.Description.ActionDescriptor.EndpointMetadata.OfType<MethodInfo>().FirstOrDefault());
            operation.OperationId = id is null ? null : char.ToLowerInvariant(id[0]) + id[1..];
            operation.Summary ??= id is null ? null : Sentence(id);
            operation.Tags = new HashSet<OpenApiTagReference> { new(TagOf(context.Description.RelativePath ?? ""), context.Document) };
            // A query that is bound as a record would bear its properties' names; in the address, letter case is free.
            foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>().Where(p => p.In is ParameterLocation.Query) ?? [])
                parameter.Name = JsonNamingPolicy.CamelCase.ConvertName(parameter.Name ?? "");
            operation.Responses ??= [];
            operation.Responses["default"] = new OpenApiResponse
            {
                Description = "Refused: a problem document.",
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/problem+json"] = new OpenApiMediaType { Schema = new OpenApiSchemaReference("Problem", context.Document) },
                },
            };
            return Task.CompletedTask;
        });
    });

    private static OpenApiSchema Text => new() { Type = JsonSchemaType.String };

    private static OpenApiSchema ProblemSchema => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "status", "title", "detail", "code" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text,
            ["title"] = Text,
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["detail"] = Text,
            ["code"] = Text,
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Required = new HashSet<string> { "pointer", "detail" },
                    Properties = new Dictionary<string, IOpenApiSchema> { ["pointer"] = Text, ["detail"] = Text },
                },
            },
        },
    };

    public static void MapBoardOpenApi(this WebApplication app) => app.MapOpenApi("/openapi/{documentName}.json");

    /// <summary>The use case's name: of <c>MoveTask.Handle</c> it is <c>MoveTask</c>, of <c>ManageTokens.ListTokensAsync</c> it is <c>ListTokens</c>.</summary>
    private static string? NameOf(MethodInfo? handler)
    {
        if (handler?.DeclaringType is not { } type)
            return null;
        var method = handler.Name.EndsWith("Async", StringComparison.Ordinal) ? handler.Name[..^5] : handler.Name;
        return method is "Handle" ? type.Name : method;
    }

    private static string Sentence(string name)
    {
        var words = Hump().Replace(name, m => " " + m.Value.ToLowerInvariant());
        return char.ToUpperInvariant(words[0]) + words[1..];
    }

    private static string TagOf(string path)
    {
        var steps = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return steps is ["api", "v1", var feature, ..] ? feature : "host";
    }

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex Hump();
}
