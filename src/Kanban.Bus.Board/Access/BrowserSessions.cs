using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Access;

/// <summary>How a browser gets its session and gives it back. The session is a token of its own in a cookie that scripts can't read.</summary>
public static class BrowserSessions
{
    /// <summary>Time a browser stays logged in.</summary>
    private static readonly TimeSpan Good = TimeSpan.FromDays(30);

    public sealed record StartSession(string Token);

    /// <summary>GET /login?code= beside the API: a person's browser follows it, so it answers with a page or a sentence.</summary>
    public static void MapLogin(this IEndpointRouteBuilder app) =>
        app.MapGet("/login", FollowLoginLinkAsync).AllowAnonymous().ExcludeFromDescription();

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/session", StartSessionAsync).AllowAnonymous();
        api.MapDelete("/session", EndSessionAsync);
        api.MapPost("/login-links", CreateLoginLinkAsync);
    }

    internal static async Task<Results<RedirectHttpResult, ContentHttpResult>> FollowLoginLinkAsync(
        string? code, HttpContext http, BoardDbContext db, TimeProvider clock, CancellationToken ct)
    {
        http.Response.Headers.CacheControl = "no-store";
        var now = clock.GetUtcNow();
        var hash = Tokens.Hash(code ?? "");
        var token = await db.InTransactionAsync(async () =>
        {
            // The update is the one-time use: of two browsers that follow the link together, one finds a row.
            var used = await db.Tokens
                .Where(t => t.Hash == hash && t.Kind == TokenKind.Login && t.RevokedAt == null && t.ExpiresAt > now)
                .ExecuteUpdateAsync(set => set.SetProperty(t => t.RevokedAt, now).SetProperty(t => t.LastUsedAt, now), ct);
            if (used == 0)
                return null;
            var link = await db.Tokens.AsNoTracking().SingleAsync(t => t.Hash == hash, ct);
            return Add(db, link.Name, "browser:" + link.Name, now);
        }, ct);

        if (token is null)
            return TypedResults.Text("This login link was used before, or is older than an hour. Make a new one on the board's host: kanban dashboard\n", statusCode: StatusCodes.Status410Gone);
        SetCookie(http, token);
        return TypedResults.LocalRedirect("/");
    }

    /// <summary>Logs this browser in with an admin key.</summary>
    internal static async Task<Results<NoContent, ProblemHttpResult>> StartSessionAsync(
        StartSession request, HttpContext http, BoardDbContext db, Callers callers, TimeProvider clock, CancellationToken ct)
    {
        if (SameOrigin.IsForeign(http.Request))
            return Problems.Of(403, "cross-site", "A session starts only from the board's own page.");
        var caller = (await callers.ByBearerAsync(request.Token.Trim(), ct)).User;
        if (caller?.Kind() is not CallerKind.Admin)
            return Problems.Of(401, "unauthenticated", "This is not an admin key of this board.");

        var name = caller.Actor()["key:".Length..];
        SetCookie(http, await db.InTransactionAsync(() => Task.FromResult(Add(db, name, caller.Actor(), clock.GetUtcNow())), ct));
        return TypedResults.NoContent();
    }

    /// <summary>Logs this browser out. With an admin key it changes nothing.</summary>
    internal static async Task<NoContent> EndSessionAsync(HttpContext http, BoardDbContext db, TimeProvider clock, CancellationToken ct)
    {
        if (http.User.Kind() is CallerKind.Browser && http.Request.Cookies[TokenAuthentication.Cookie] is { } cookie)
        {
            var hash = Tokens.Hash(cookie);
            await db.InTransactionAsync(async () =>
            {
                if (await db.Tokens.SingleOrDefaultAsync(t => t.Hash == hash && t.RevokedAt == null, ct) is { } row)
                    row.Revoke(db, http.User.Actor(), clock.GetUtcNow());
            }, ct);
        }
        http.Response.Cookies.Delete(TokenAuthentication.Cookie);
        return TypedResults.NoContent();
    }

    /// <summary>Makes a link that logs a browser in, good once and for an hour.</summary>
    internal static async Task<Ok<LoginLink>> CreateLoginLinkAsync(HttpContext http, LoginLinks links, CancellationToken ct) =>
        TypedResults.Ok(await links.CreateAsync(http.User.Actor(), $"{http.Request.Scheme}://{http.Request.Host}", ct));

    private static string Add(BoardDbContext db, string name, string actor, DateTimeOffset now)
    {
        var (token, row) = AccessToken.New(TokenKind.Browser, name, now, Good);
        db.Tokens.Add(row);
        db.Events.Add(BoardEvent.OfAccess(EventTypes.TokenCreated, actor, now, new { row.Id, row.Name, row.Kind }));
        return token;
    }

    private static void SetCookie(HttpContext http, string token) => http.Response.Cookies.Append(TokenAuthentication.Cookie, token, new CookieOptions
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = http.Request.IsHttps,
        IsEssential = true,
        MaxAge = Good,
        Path = "/",
    });
}
