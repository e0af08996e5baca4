using System.Security.Claims;

namespace Kanban.Bus.Board.Access;

/// <summary>Who acts, as the history names it.</summary>
public static class Actors
{
    /// <summary>The service itself: sweeps, admission.</summary>
    public const string Board = "board";

    /// <summary><c>key:admin</c>, <c>worker:gpu-1</c>, <c>run:web-42/2</c>.</summary>
    public static string Actor(this ClaimsPrincipal user) => user.Identity?.Name ?? Board;
}
