using System.Globalization;
using System.Security.Claims;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Access;

/// <summary>Finds who a token belongs to. Nothing is cached: a revoked key or an ended lease is dead at the next call.</summary>
public sealed class Callers(BoardDbContext db, TimeProvider clock)
{
    /// <summary>How far behind <see cref="AccessToken.LastUsedAt"/> may be, so that a busy key isn't written at every call.</summary>
    private static readonly TimeSpan LastUsedStep = TimeSpan.FromMinutes(1);

    private const string Bearer = "Bearer ";
    private const int LongestToken = 512;

    public static bool ShowsToken(HttpRequest request) => request.Headers.Authorization.ToString().Length > 0 || request.Cookies[TokenAuthentication.Cookie] is { Length: > 0 and <= LongestToken };

    /// <summary>The caller behind a request: its bearer token where it has an <c>Authorization</c>, else its cookie. Streams ask again while they last.</summary>
    public async Task<Identified> ByRequestAsync(HttpRequest request, CancellationToken ct)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.Length > 0)
        {
            var token = header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim() : "";
            return token.Length is > 0 and <= LongestToken ? await ByBearerAsync(token, ct) : Identified.Nobody;
        }
        return request.Cookies[TokenAuthentication.Cookie] is { Length: > 0 and <= LongestToken } cookie ? await ByCookieAsync(cookie, ct) : Identified.Nobody;
    }

    /// <summary>The caller behind a bearer token: a key, a worker's session or a run.</summary>
    public Task<Identified> ByBearerAsync(string token, CancellationToken ct) =>
        token.StartsWith(Tokens.Session, StringComparison.Ordinal) ? BySessionAsync(token, ct)
        : token.StartsWith(Tokens.Run, StringComparison.Ordinal) ? ByRunAsync(token, ct)
        : ByStoredAsync(token, kind => kind is TokenKind.Admin or TokenKind.Worker, ct);

    /// <summary>The person behind a browser's cookie. A cookie's value is no bearer token, and the other way round.</summary>
    public Task<Identified> ByCookieAsync(string token, CancellationToken ct) =>
        ByStoredAsync(token, kind => kind is TokenKind.Browser, ct);

    /// <summary>Whether the token was that of the run whose route this is, until its lease ended: such a caller is late, not unknown.</summary>
    public async Task<bool> HeldOnceAsync(HttpRequest request, CancellationToken ct)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer + Tokens.Run, StringComparison.OrdinalIgnoreCase) || header.Length > LongestToken
            || !Guid.TryParse(request.RouteValues["runId"]?.ToString(), out var runId))
            return false;
        var hash = Tokens.Hash(header[Bearer.Length..].Trim());
        return await db.Runs.AnyAsync(r => r.CorrelationId == runId && r.TokenHash == hash, ct);
    }

    private async Task<Identified> ByStoredAsync(string token, Func<TokenKind, bool> accepts, CancellationToken ct)
    {
        var hash = Tokens.Hash(token);
        var now = clock.GetUtcNow();
        var row = await db.Tokens.AsNoTracking().FirstOrDefaultAsync(t => t.Hash == hash, ct);
        if (row is null || !accepts(row.Kind) || !row.IsGood(now))
            return Identified.Nobody;

        if (row.LastUsedAt is not { } last || last <= now - LastUsedStep)
            await db.Tokens
                .Where(t => t.Id == row.Id && (t.LastUsedAt == null || t.LastUsedAt <= now - LastUsedStep))
                .ExecuteUpdateAsync(set => set.SetProperty(t => t.LastUsedAt, now), ct);
        return row.Kind switch
        {
            TokenKind.Browser => Caller(CallerKind.Browser, "browser:" + row.Name),
            TokenKind.Worker => Caller(CallerKind.Worker, "host:" + row.Name),
            _ => Caller(CallerKind.Admin, "key:" + row.Name),
        };
    }

    private async Task<Identified> BySessionAsync(string token, CancellationToken ct)
    {
        var hash = Tokens.Hash(token);
        var worker = await db.Workers.AsNoTracking()
            .Where(w => w.SessionHash == hash || w.OldSessionHash == hash)
            .Select(w => new { w.Id, w.State, Current = w.SessionHash == hash })
            .OrderByDescending(w => w.Current)
            .FirstOrDefaultAsync(ct);
        if (worker is null || worker.State is WorkerState.Left)
            return Identified.Nobody;
        return worker.Current
            ? Caller(CallerKind.Session, "worker:" + worker.Id, new Claim(Actors.WorkerClaim, worker.Id))
            : new Identified(null, Superseded: true);
    }

    private async Task<Identified> ByRunAsync(string token, CancellationToken ct)
    {
        var hash = Tokens.Hash(token);
        var run = await db.Leases.AsNoTracking()
            .Where(l => l.TokenHash == hash)
            .Join(db.Runs, l => l.RunId, r => r.CorrelationId, (l, r) => new { l.RunId, l.WorkerId, l.FencingToken, r.TaskId, r.TaskKey, r.Number })
            .FirstOrDefaultAsync(ct);
        return run is null
            ? Identified.Nobody
            : Caller(CallerKind.Run, string.Create(CultureInfo.InvariantCulture, $"run:{run.TaskKey}/{run.Number}"),
                new Claim(Actors.RunClaim, run.RunId.ToString()),
                new Claim(Actors.TaskClaim, run.TaskId.ToString()),
                new Claim(Actors.WorkerClaim, run.WorkerId),
                new Claim(Actors.FencingClaim, run.FencingToken.ToString(CultureInfo.InvariantCulture)));
    }

    private static Identified Caller(string kind, string actor, params Claim[] claims) => new(new ClaimsPrincipal(new ClaimsIdentity(
        [new Claim(ClaimTypes.Name, actor), new Claim(Actors.KindClaim, kind), .. claims], TokenAuthentication.Scheme)), Superseded: false);
}

/// <param name="User">Null for nobody.</param>
/// <param name="Superseded">The session of a worker that has registered again since.</param>
public readonly record struct Identified(ClaimsPrincipal? User, bool Superseded)
{
    public static readonly Identified Nobody = new(null, Superseded: false);
}
