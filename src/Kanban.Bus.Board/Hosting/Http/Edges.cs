using System.Net;
using Kanban.Bus.Board.Access;
using Microsoft.AspNetCore.HttpOverrides;

namespace Kanban.Bus.Board.Hosting;

/// <summary>What is settled about a request before any feature sees it.</summary>
internal static class Edges
{
    private const string ContentPolicy =
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static readonly string[] LoopbackHosts = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>Takes the caller's address and scheme from a proxy's headers, when the proxy is one of ours.</summary>
    public static void UseTrustedProxies(this IApplicationBuilder app, AccessOptions access)
    {
        if (access.TrustedProxies.Length == 0)
            return;
        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var proxy in access.TrustedProxies)
        {
            if (IPAddress.TryParse(proxy, out var address))
                forwarded.KnownProxies.Add(address);
            else
                forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
        }
        app.UseForwardedHeaders(forwarded);
    }

    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (context.Request.IsHttps)
            headers.StrictTransportSecurity = "max-age=31536000";
        if (context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
            headers.CacheControl = "no-store";
        return next(context);
    });

    /// <summary>On loopback, a page of a foreign name that resolves to 127.0.0.1 must not reach the board (DNS rebinding): 400.</summary>
    public static void UseHostAllowList(this IApplicationBuilder app, BoardOptions options)
    {
        var isLoopback = ListenAddress.ParseAll(options.Listen, out _).All(a => a.IsLoopback);
        if (!isLoopback && options.Access.Hosts.Length == 0)
            return;
        var allowed = (isLoopback ? LoopbackHosts : []).Concat(options.Access.Hosts).ToHashSet(StringComparer.OrdinalIgnoreCase);
        app.Use((context, next) => allowed.Contains(context.Request.Host.Host)
            ? next(context)
            : Problems.Of(400, "unknown-host", $"This board does not answer to that host name. It answers to {string.Join(", ", allowed)}; Access:Hosts adds others.").ExecuteAsync(context));
    }

    /// <summary>Until the database is there, what needs it answers 503 <c>starting</c>.</summary>
    public static void UseReadinessGate(this WebApplication app)
    {
        var readiness = app.Services.GetRequiredService<BoardReadiness>();
        app.Use((context, next) =>
        {
            var path = context.Request.Path;
            if (readiness.IsReady || !(path.StartsWithSegments("/api", StringComparison.Ordinal) || path.StartsWithSegments("/login", StringComparison.Ordinal) || path.StartsWithSegments("/openapi", StringComparison.Ordinal)))
                return next(context);
            context.Response.Headers.RetryAfter = "2";
            return Problems.Of(503, "starting", readiness.Waiting).ExecuteAsync(context);
        });
    }
}
