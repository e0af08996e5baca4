using System.Text.RegularExpressions;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Worker.Runs;

/// <summary>What the board names becomes folders and words of command lines here: a board that was taken over must not lead out of the worker's own folders, nor give a program options.</summary>
internal static partial class GrantCheck
{
    /// <summary>What no board of ours would send; null when there is nothing.</summary>
    public static string? Fault(Grant grant)
    {
        if (!Key().IsMatch(grant.TaskKey))
            return $"'{Shown(grant.TaskKey)}' is no key of a task";
        return grant.Session is { } session && (session.Length is 0 or > Limits.SessionLength || session[0] == '-' || session.Any(char.IsControl))
            ? $"'{Shown(session)}' is no name of a session"
            : null;
    }

    private static string Shown(string text) => text.Length <= 100 ? text : text[..100] + "…";

    [GeneratedRegex(@"\A[a-z0-9-]{1,40}-[1-9][0-9]{0,9}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Key();
}
