using System.Text.Encodings.Web;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Runs.Inside;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Access;

/// <summary>Reads <c>Authorization: Bearer</c>, else the browser's cookie. A route open to everybody is answered without looking at either, so that it needs no database.</summary>
public sealed class TokenAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, Callers callers)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public new const string Scheme = "kanban";
    public const string Cookie = "kanban-session";

    private Identified _identified;
    private bool _given;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            return AuthenticateResult.NoResult();

        _given = Callers.ShowsToken(Request);
        _identified = await callers.ByRequestAsync(Request, Context.RequestAborted);
        return _identified.User is { } user
            ? AuthenticateResult.Success(new AuthenticationTicket(user, Scheme))
            : _given ? AuthenticateResult.Fail("Unknown token.") : AuthenticateResult.NoResult();
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (_identified.Superseded)
        {
            await Problems.Conflict("session-superseded", "This worker has registered again since; the session of the older process has ended.").ExecuteAsync(Context);
            return;
        }

        if (_given && await callers.HeldOnceAsync(Request, Context.RequestAborted))
        {
            await RunWrites.LeaseLost().ExecuteAsync(Context);
            return;
        }

        Response.Headers.WWWAuthenticate = "Bearer";
        await Problems.Of(401, "unauthenticated", _given
            ? "This token isn't known here: it was revoked, has expired, or belongs to another board."
            : "This call needs a token: send 'Authorization: Bearer …'. On the board's host, 'kanban dashboard' makes a login link.").ExecuteAsync(Context);
    }
}
