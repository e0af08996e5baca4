using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Access;

/// <summary>/api/v1/tokens and /api/v1/whoami.</summary>
public static class ManageTokens
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/whoami", WhoAmI).RequireAuthorization(Policies.Anyone);
        api.MapGet("/tokens", ListTokensAsync).Takes("after", "limit");
        api.MapPost("/tokens", CreateTokenAsync);
        api.MapDelete("/tokens/{id:guid}", RevokeTokenAsync);
    }

    /// <summary>Says whose token this is.</summary>
    internal static Ok<WhoAmI> WhoAmI(HttpContext http) =>
        TypedResults.Ok(new WhoAmI(http.User.Kind()!, http.User.Actor(), BoardVersion.Text));

    /// <summary>Lists the tokens that are good, oldest first; never their values.</summary>
    internal static async Task<Results<Ok<Page<TokenView>>, ProblemHttpResult>> ListTokensAsync(
        BoardDbContext db, TimeProvider clock, CancellationToken ct, Guid? after = null, int limit = Limits.DefaultPageSize)
    {
        if (limit is < 1 or > Limits.PageSize)
            return Problems.Invalid("limit", $"limit is {limit}; allowed are 1 to {Limits.PageSize}.");
        var now = clock.GetUtcNow();
        var rows = await db.Tokens.AsNoTracking()
            .Where(t => t.Kind != TokenKind.Login && t.RevokedAt == null && (t.ExpiresAt == null || t.ExpiresAt > now))
            .Where(t => after == null || t.Id.CompareTo(after.Value) > 0)
            .OrderBy(t => t.Id).Take(limit + 1).ToListAsync(ct);
        var page = rows.Take(limit).Select(t => new TokenView(t.Id, t.Name, t.Kind, t.CreatedAt, t.LastUsedAt, t.ExpiresAt)).ToList();
        return TypedResults.Ok(new Page<TokenView>(page, rows.Count > limit ? page[^1].Id.ToString() : null));
    }

    /// <summary>Makes an admin key or a worker token. The answer shows it, this once.</summary>
    internal static async Task<Results<Created<TokenCreated>, ProblemHttpResult>> CreateTokenAsync(
        CreateToken request, HttpContext http, BoardDbContext db, TimeProvider clock, CancellationToken ct)
    {
        if (!Limits.Name.IsMatch(request.Name))
            return Problems.Invalid("/name", $"name is '{request.Name}'; a token's name has 1 to 40 lower-case letters, digits and hyphens.");
        if (request.Name == AccessToken.OfSettings)
            return Problems.Invalid("/name", "'settings' names the keys that the board's settings give; choose another name.");
        if (request.Kind is not (TokenKind.Admin or TokenKind.Worker))
            return Problems.Invalid("/kind", $"kind is '{Words.Of(request.Kind)}'; tokens of kind 'admin' and 'worker' can be made.");

        var now = clock.GetUtcNow();
        var (token, row) = AccessToken.New(request.Kind, request.Name, now);
        await db.InTransactionAsync(() =>
        {
            db.Tokens.Add(row);
            db.Events.Add(BoardEvent.OfAccess(EventTypes.TokenCreated, http.User.Actor(), now, new { row.Id, row.Name, row.Kind }));
            return Task.CompletedTask;
        }, ct);
        return TypedResults.Created($"/api/v1/tokens/{row.Id}", new TokenCreated(row.Id, row.Name, row.Kind, token));
    }

    /// <summary>Revokes a token: it is dead at the next call.</summary>
    internal static async Task<Results<NoContent, ProblemHttpResult>> RevokeTokenAsync(
        Guid id, HttpContext http, BoardDbContext db, TimeProvider clock, CancellationToken ct)
    {
        var refusal = await db.InTransactionAsync(async () =>
        {
            await db.LockAsync(BoardLock.Access, ct);
            var row = await db.Tokens.SingleOrDefaultAsync(t => t.Id == id && t.RevokedAt == null && t.Kind != TokenKind.Login, ct);
            if (row is null)
                return Problems.NotFound("token", id.ToString());
            if (row is { Name: AccessToken.OfSettings, Kind: TokenKind.Admin or TokenKind.Worker })
                return Problems.Conflict("token-of-settings", "This key comes from the board's settings: take it out there (Access:AdminKey or Access:WorkerKey) and start the board again.");
            if (row.Kind is TokenKind.Admin && !await db.Tokens.AnyAsync(t => t.Kind == TokenKind.Admin && t.RevokedAt == null && t.Id != id, ct))
                return Problems.Conflict("last-admin-key", "This is the last admin key: make another one first.");
            row.Revoke(db, http.User.Actor(), clock.GetUtcNow());
            return null;
        }, ct);
        return refusal is null ? TypedResults.NoContent() : refusal;
    }

    internal static void Revoke(this AccessToken row, BoardDbContext db, string actor, DateTimeOffset now)
    {
        row.RevokedAt = now;
        db.Events.Add(BoardEvent.OfAccess(EventTypes.TokenRevoked, actor, now, new { row.Id, row.Name, row.Kind }));
    }
}
