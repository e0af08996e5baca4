using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Client;

internal sealed partial class BoardClient
{
    public Task<WhoAmI> WhoAmIAsync(CancellationToken ct) => GetAsync<WhoAmI>("whoami", ct);

    /// <summary>A link that logs a browser in, good once, for an hour.</summary>
    public Task<LoginLink> LoginLinkAsync(CancellationToken ct) => PostAsync<LoginLink>("login-links", null, ct);

    public Task<IReadOnlyList<TokenView>> TokensAsync(CancellationToken ct) => PagesAsync<TokenView>("tokens", int.MaxValue, ct);

    public Task<TokenCreated> CreateTokenAsync(CreateToken token, CancellationToken ct) => PostAsync<TokenCreated>("tokens", token, ct);

    public Task RevokeTokenAsync(Guid id, CancellationToken ct) => DeleteAsync($"tokens/{id}", ct);
}
