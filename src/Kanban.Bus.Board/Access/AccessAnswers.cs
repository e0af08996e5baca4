using Kanban.Bus.Board.Hosting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Kanban.Bus.Board.Access;

/// <summary>What a refused caller reads: 401 for nobody, 403 for the wrong kind of token, 404 for what is somebody else's.</summary>
public sealed class AccessAnswers : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _default = new();

    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (!authorizeResult.Forbidden)
            return _default.HandleAsync(next, context, policy, authorizeResult);

        var anothers = authorizeResult.AuthorizationFailure?.FailureReasons.FirstOrDefault(r => r.Handler is OwnRouteHandler);
        var answer = anothers is not null && HasRightKind(context, policy)
            ? Problems.NotFound(context.User.Kind() is CallerKind.Run ? "run" : "worker", anothers.Message)
            : Problems.Of(403, "forbidden", $"The token of '{context.User.Actor()}' is not good for this call.");
        return answer.ExecuteAsync(context);
    }

    private static bool HasRightKind(HttpContext context, AuthorizationPolicy policy) =>
        policy.Requirements.OfType<CallerOf>().All(r => r.Kinds.Contains(context.User.Kind()));
}

/// <summary>The caller is of one of these kinds.</summary>
public sealed class CallerOf(params string[] kinds) : AuthorizationHandler<CallerOf>, IAuthorizationRequirement
{
    public IReadOnlyList<string?> Kinds => kinds;

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, CallerOf requirement)
    {
        if (requirement.Kinds.Contains(context.User.Kind()))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
