using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace Kanban.Bus.Board.Access;

/// <summary>Who may call what. Deny by default: a route that says nothing is for people.</summary>
public static class AccessFeature
{
    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        // The core alone: AddAuthentication would bring data protection, which keeps keys in the home folder that nothing here uses.
        services.AddAuthenticationCore(authentication => authentication.DefaultScheme = TokenAuthentication.Scheme);
        services.AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.Scheme, null);
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Person, policy => policy.AddRequirements(People))
            .AddPolicy(Policies.WorkerHost, policy => policy.AddRequirements(new CallerOf(CallerKind.Worker)))
            .AddPolicy(Policies.WorkerSession, policy => policy.AddRequirements(new CallerOf(CallerKind.Session), new OwnRoute("id", Actors.WorkerClaim)))
            .AddPolicy(Policies.RunHolder, policy => policy.AddRequirements(new CallerOf(CallerKind.Run), new OwnRoute("runId", Actors.RunClaim)))
            .AddPolicy(Policies.Anyone, policy => policy.RequireAuthenticatedUser())
            .SetDefaultPolicy(new AuthorizationPolicyBuilder().AddRequirements(People).Build())
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().AddRequirements(People).Build());
        return services
            .AddSingleton<IAuthorizationHandler, OwnRouteHandler>()
            .AddSingleton<IAuthorizationMiddlewareResultHandler, AccessAnswers>()
            .AddScoped<Callers>()
            .AddSingleton<LoginLinks>()
            .AddSingleton<AdminKeys>();
    }

    public static void MapAccess(this RouteGroupBuilder api)
    {
        ManageTokens.Map(api);
        BrowserSessions.Map(api);
    }

    private static CallerOf People => new(CallerKind.Admin, CallerKind.Browser);
}
