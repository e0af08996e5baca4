using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Access;

/// <summary>A stored secret of a person, a worker's host, a browser or a login link; only its hash is kept.</summary>
public sealed class AccessToken
{
    public Guid Id { get; init; }
    public required string Name { get; init; }
    public TokenKind Kind { get; init; }

    /// <summary>SHA-256 of the whole token.</summary>
    public required byte[] Hash { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? LastUsedAt { get; set; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public DateTimeOffset? RevokedAt { get; set; }
}
