using Microsoft.AspNetCore.Authorization;

namespace Kanban.Bus.Board.Access;

/// <summary>A worker's session is good for its own <c>{id}</c>, a run's token for its own <c>{runId}</c>.</summary>
/// <param name="RouteValue">Routes without it pass.</param>
/// <param name="Claim">What the caller has that must equal it.</param>
public sealed record OwnRoute(string RouteValue, string Claim) : IAuthorizationRequirement;

public sealed class OwnRouteHandler : AuthorizationHandler<OwnRoute>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, OwnRoute requirement)
    {
        var given = (context.Resource as HttpContext)?.GetRouteValue(requirement.RouteValue)?.ToString();
        var own = context.User.FindFirst(requirement.Claim)?.Value;
        if (own is null)
            return Task.CompletedTask;
        if (given is null || IsSame(given, own))
            context.Succeed(requirement);
        else
            context.Fail(new AuthorizationFailureReason(this, given));
        return Task.CompletedTask;
    }

    private static bool IsSame(string given, string own) =>
        given == own || (Guid.TryParse(given, out var a) && Guid.TryParse(own, out var b) && a == b);
}
