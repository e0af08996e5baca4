using Kanban.Bus.Board.Hosting;

namespace Kanban.Bus.Board.Access;

/// <summary>Keeps other sites' pages from acting with a browser's cookie (CSRF).</summary>
public static class SameOrigin
{
    /// <summary>Refuses a change that a cookie vouches for unless the browser says that it comes from the board's own page.</summary>
    public static void UseSameOrigin(this IApplicationBuilder app) => app.Use(static (context, next) =>
        context.User.Kind() is CallerKind.Browser && IsUnsafe(context.Request.Method) && !IsProven(context.Request)
            ? Problems.Of(403, "cross-site", "A browser's session changes things only from the board's own page (Sec-Fetch-Site or Origin).").ExecuteAsync(context)
            : next(context));

    /// <summary>The request says that it comes from this origin.</summary>
    public static bool IsProven(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site ? site is "same-origin" : IsOwn(request, request.Headers.Origin.ToString());

    /// <summary>The request says that it comes from elsewhere. Programs that are no browsers say nothing.</summary>
    public static bool IsForeign(HttpRequest request) =>
        (request.Headers["Sec-Fetch-Site"].Count > 0 || request.Headers.Origin.Count > 0) && !IsProven(request);

    private static bool IsOwn(HttpRequest request, string origin) =>
        string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);

    private static bool IsUnsafe(string method) =>
        !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method));
}
