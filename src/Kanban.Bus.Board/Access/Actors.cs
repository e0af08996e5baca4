using System.Globalization;
using System.Security.Claims;

namespace Kanban.Bus.Board.Access;

/// <summary>Who acts, as the history names it, and what a token is good for.</summary>
public static class Actors
{
    /// <summary>The service itself: sweeps, admission.</summary>
    public const string Board = "board";

    internal const string KindClaim = "kind";
    internal const string WorkerClaim = "worker";
    internal const string RunClaim = "run";
    internal const string TaskClaim = "task";
    internal const string FencingClaim = "fencing";

    /// <summary><c>key:admin</c>, <c>browser:admin</c>, <c>worker:gpu-1</c>, <c>run:web-42/2</c>.</summary>
    public static string Actor(this ClaimsPrincipal user) => user.Identity?.Name ?? Board;

    /// <summary>One of <see cref="CallerKind"/>; null for nobody.</summary>
    public static string? Kind(this ClaimsPrincipal user) => user.FindFirstValue(KindClaim);

    /// <summary>The worker that calls, by its session or by a run it holds. Only below <see cref="Policies.WorkerSession"/> and <see cref="Policies.RunHolder"/>.</summary>
    public static string WorkerId(this ClaimsPrincipal user) => user.Required(WorkerClaim);

    /// <summary>The run that calls. Only below <see cref="Policies.RunHolder"/>, like the two that follow.</summary>
    public static Guid RunId(this ClaimsPrincipal user) => Guid.Parse(user.Required(RunClaim));

    public static Guid TaskId(this ClaimsPrincipal user) => Guid.Parse(user.Required(TaskClaim));

    public static long FencingToken(this ClaimsPrincipal user) => long.Parse(user.Required(FencingClaim), CultureInfo.InvariantCulture);

    private static string Required(this ClaimsPrincipal user, string claim) =>
        user.FindFirstValue(claim) ?? throw new InvalidOperationException($"The caller '{user.Actor()}' has no '{claim}': its route lacks the policy that gives it.");
}

/// <summary>Words of <see cref="Contracts.WhoAmI.Kind"/>.</summary>
public static class CallerKind
{
    public const string Admin = "admin";
    public const string Browser = "browser";
    public const string Worker = "worker";
    public const string Session = "session";
    public const string Run = "run";
}
