using System.Text;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kanban.Bus.Board.Hosting;

/// <summary>The OpenAPI document as this build serves it: <c>docs/openapi.json</c> is a copy of it, and a test says when it is not.</summary>
public static class ApiDescription
{
    /// <summary>Writes the document. Needs no database, no broker and no fixed port: only the routes are set up, on loopback, for a moment.</summary>
    public static async Task<string> WriteAsync(CancellationToken ct)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Listen", "http://127.0.0.1:0")]).Build();
        await using var app = BoardApp.Create(settings, builder =>
        {
            builder.Logging.ClearProviders();
            builder.Services.RemoveAll<IHostedService>();
        });
        await app.StartAsync(ct);
        var document = await app.Services.GetRequiredKeyedService<Microsoft.AspNetCore.OpenApi.IOpenApiDocumentProvider>(OpenApiFeature.DocumentName).GetOpenApiDocumentAsync(ct);
        await using var text = new StringWriter { NewLine = "\n" };
        document.SerializeAsV31(new Microsoft.OpenApi.OpenApiJsonWriter(text));
        await app.StopAsync(ct);
        return new StringBuilder(text.ToString()).Replace("\r\n", "\n").Append('\n').ToString();
    }
}
