using Microsoft.Extensions.FileProviders;

namespace Kanban.Bus.Board.Hosting;

/// <summary>The dashboard's static files: open to everybody, because a page without a session can only ask for one.</summary>
internal static class DashboardFiles
{
    private const string Missing =
        """
        This is a Kanban.Bus board. Its dashboard is not part of this build.
        Build it with Node 18 or newer: make dashboard
        The API is at /api/v1, its description at /openapi/v1.json, and everything works from the shell: kanban task list

        """;

    /// <summary>Addresses that the page itself understands.</summary>
    private static readonly string[] Pages = ["/", "/b/{**rest}", "/tasks/{**rest}", "/fleet/{**rest}"];

    /// <summary>Beside the program: in build output, in a published folder and beside <c>bin/kanban</c> alike.</summary>
    private static string Root => Path.Combine(AppContext.BaseDirectory, "wwwroot");

    public static void UseDashboardFiles(this IApplicationBuilder app)
    {
        if (Directory.Exists(Root))
            app.UseStaticFiles(new StaticFileOptions
            {
                FileProvider = new PhysicalFileProvider(Root),
                OnPrepareResponse = file => file.Context.Response.Headers.CacheControl =
                    // Vite puts a hash of the content into these names.
                    file.Context.Request.Path.StartsWithSegments("/assets") ? "public, max-age=31536000, immutable" : "no-cache",
            });
        app.Use(static (context, next) =>
        {
            // An unknown address outside the API is a plain 404, not a demand for a token; to a browser the page says so.
            var path = context.Request.Path;
            if (context.GetEndpoint() is not null || path.StartsWithSegments("/api") || path.StartsWithSegments("/openapi"))
                return next(context);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return AsksForPage(context.Request) ? ServePageAsync(context) : Task.CompletedTask;
        });
    }

    public static void MapDashboard(this WebApplication app)
    {
        foreach (var page in Pages)
            app.MapMethods(page, [HttpMethods.Get, HttpMethods.Head], ServePageAsync).AllowAnonymous().ExcludeFromDescription();
    }

    private static bool AsksForPage(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static Task ServePageAsync(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-cache";
        var index = Path.Combine(Root, "index.html");
        if (!File.Exists(index))
        {
            http.Response.ContentType = "text/plain; charset=utf-8";
            return http.Response.WriteAsync(Missing);
        }
        http.Response.ContentType = "text/html; charset=utf-8";
        return http.Response.SendFileAsync(index);
    }
}
