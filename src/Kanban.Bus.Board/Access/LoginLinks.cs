using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Access;

/// <summary>Links that log a browser in once. Whoever runs the board's process may make them: <c>app.Services.GetRequiredService&lt;LoginLinks&gt;()</c>.</summary>
public sealed class LoginLinks(IServiceScopeFactory scopes, IServer server, TimeProvider clock)
{
    private static readonly TimeSpan Good = TimeSpan.FromHours(1);

    /// <summary>Makes a link, good once and for an hour. The database must be ready.</summary>
    /// <param name="actor">Who asked; the browser's session is named for them.</param>
    /// <param name="origin">Scheme, host and port; default: where this process listens.</param>
    public async Task<LoginLink> CreateAsync(string actor = Actors.Board, string? origin = null, CancellationToken ct = default)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BoardDbContext>();
        var now = clock.GetUtcNow();
        var (code, row) = AccessToken.New(TokenKind.Login, actor[(actor.IndexOf(':', StringComparison.Ordinal) + 1)..], now, Good);
        await db.InTransactionAsync(async () =>
        {
            await db.Tokens.Where(t => t.ExpiresAt < now - Good).ExecuteDeleteAsync(ct);
            db.Tokens.Add(row);
            db.Events.Add(BoardEvent.OfAccess(EventTypes.TokenCreated, actor, now, new { row.Id, row.Name, row.Kind }));
        }, ct);
        return new LoginLink($"{origin ?? OwnOrigin()}/login?code={code}", row.ExpiresAt!.Value);
    }

    private string OwnOrigin()
    {
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
            ?? throw new InvalidOperationException("A login link needs the server to listen: start the board first.");
        return address.TrimEnd('/').Replace("//[::]", "//localhost", StringComparison.Ordinal).Replace("//0.0.0.0", "//localhost", StringComparison.Ordinal);
    }
}
