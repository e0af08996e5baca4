namespace Kanban.Bus.Contracts;

/// <summary>What a stored token is for.</summary>
public enum TokenKind
{
    /// <summary>A person or a person's script; every call that people may make.</summary>
    Admin,

    /// <summary>Installed on a worker's host: it may register workers, nothing else.</summary>
    Worker,

    /// <summary>A browser's session, made from a login link; kept in a cookie.</summary>
    Browser,

    /// <summary>A login link's code: good once, for an hour.</summary>
    Login,
}

public sealed record CreateToken(string Name, TokenKind Kind);

/// <param name="Token">Shown this once; only its hash is kept.</param>
public sealed record TokenCreated(Guid Id, string Name, TokenKind Kind, string Token);

public sealed record TokenView(Guid Id, string Name, TokenKind Kind, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, DateTimeOffset? ExpiresAt);

public sealed record LoginLink(string Url, DateTimeOffset ExpiresAt);

/// <param name="Kind"><c>admin</c>, <c>browser</c>, <c>worker</c>, <c>session</c> or <c>run</c>.</param>
public sealed record WhoAmI(string Kind, string Name, string BoardVersion);
