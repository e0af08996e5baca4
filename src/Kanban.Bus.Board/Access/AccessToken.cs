using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Access;

/// <summary>A stored secret of a person, a worker's host, a browser or a login link; only its hash is kept.</summary>
public sealed class AccessToken
{
    /// <summary>Name of the keys that settings give. Nobody else may take it.</summary>
    public const string OfSettings = "settings";

    public Guid Id { get; init; }
    public required string Name { get; init; }
    public TokenKind Kind { get; init; }

    /// <summary>SHA-256 of the whole token. Changes only when a key in the settings does.</summary>
    public required byte[] Hash { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? LastUsedAt { get; set; }
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Revoked by a person, or used up, for a login link.</summary>
    public DateTimeOffset? RevokedAt { get; set; }

    /// <param name="now">The board's clock: an hour's or a month's end needs no better one.</param>
    public bool IsGood(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is null || ExpiresAt > now);

    /// <summary>A new token and its row.</summary>
    public static (string Token, AccessToken Row) New(TokenKind kind, string name, DateTimeOffset now, TimeSpan? good = null)
    {
        var (token, hash) = Tokens.New(kind switch
        {
            TokenKind.Admin => Tokens.Admin,
            TokenKind.Worker => Tokens.Worker,
            TokenKind.Browser => Tokens.Browser,
            TokenKind.Login => Tokens.Login,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind of token."),
        });
        return (token, new AccessToken { Id = Guid.CreateVersion7(), Name = name, Kind = kind, Hash = hash, CreatedAt = now, ExpiresAt = now + good });
    }
}
