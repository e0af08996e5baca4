using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Tests.Hosting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kanban.Bus.Tests.Access;

/// <summary>Every route of the board against every kind of caller, compared with the table beside this file.</summary>
public sealed class AccessMatrixTests
{
    private const int Passed = 299;

    /// <summary>With <c>KANBAN_WRITE_TABLES=1</c> the table is written anew; the change is then reviewed like any other.</summary>
    [Fact]
    public async Task Every_route_lets_in_exactly_who_the_table_says()
    {
        await using var board = await BoardServer.StartAsync(configure: builder =>
            builder.Services.Replace(ServiceDescriptor.Singleton<IAuthorizationMiddlewareResultHandler, StopBeforeTheHandler>()));
        var callers = await AccessCallers.SeedAsync(board);

        var table = new StringBuilder("# route | ").AppendJoin(" | ", callers.All.Select(c => c.Name)).Append('\n');
        foreach (var (method, pattern, isOpen) in Routes(board.App))
        {
            table.Append(CultureInfo.InvariantCulture, $"{method} {pattern}");
            foreach (var caller in callers.All)
                table.Append(" | ").Append(isOpen ? "open" : await AskAsync(caller.Client, method, callers.Fill(pattern)));
            table.Append('\n');
        }

        var file = Path.Combine(Path.GetDirectoryName(ThisFile())!, "access-matrix.txt");
        if (Environment.GetEnvironmentVariable("KANBAN_WRITE_TABLES") == "1")
            await File.WriteAllTextAsync(file, table.ToString());
        Assert.Equal(await File.ReadAllTextAsync(file), table.ToString());
    }

    [Fact]
    public async Task No_route_is_open_but_the_few_that_must_be()
    {
        await using var board = await BoardServer.StartAsync();
        Assert.Equal(
            ["GET /", "GET /b/{**rest}", "GET /fleet/{**rest}", "GET /health/live", "GET /health/ready", "GET /login", "GET /tasks/{**rest}",
             "HEAD /", "HEAD /b/{**rest}", "HEAD /fleet/{**rest}", "HEAD /tasks/{**rest}", "POST /api/v1/session"],
            Routes(board.App).Where(r => r.IsOpen).Select(r => $"{r.Method} {r.Pattern}").Order(StringComparer.Ordinal));
    }

    private static IEnumerable<(string Method, string Pattern, bool IsOpen)> Routes(WebApplication app) =>
        from endpoint in app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        let pattern = "/" + endpoint.RoutePattern.RawText!.TrimStart('/')
        orderby pattern, method
        select (method, pattern, endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null);

    private static async Task<string> AskAsync(HttpClient client, string method, string path)
    {
        using var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        return answer.StatusCode switch
        {
            (HttpStatusCode)Passed => "yes",
            HttpStatusCode.Unauthorized => "401",
            HttpStatusCode.Forbidden => "403",
            HttpStatusCode.NotFound => "404",
            HttpStatusCode.Conflict => "409",
            var other => throw new InvalidOperationException($"{method} {path} answered {(int)other}, which is no decision about access."),
        };
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    /// <summary>Says that the caller was let in, instead of doing what was asked.</summary>
    private sealed class StopBeforeTheHandler : IAuthorizationMiddlewareResultHandler
    {
        private readonly AccessAnswers _answers = new();

        public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
        {
            if (!authorizeResult.Succeeded)
                return _answers.HandleAsync(next, context, policy, authorizeResult);
            context.Response.StatusCode = Passed;
            return Task.CompletedTask;
        }
    }
}
