using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Executors;

/// <summary>The run could not be started on this host; the message says why and goes to the board.</summary>
internal sealed class RunNotStartedException(string message) : Exception(message);

/// <summary>Executor <c>shell</c>: the profile's argument vector, with paths put in. No word is ever joined into a shell string.</summary>
internal static class ShellExecutor
{
    public static IReadOnlyList<string> Command(Grant grant, IReadOnlyDictionary<string, ProfileOptions> profiles, RunDirectory run) =>
        [.. Profile(grant, profiles).CommandOrDefault.Select(word => word
            .Replace("{body}", run.BodyFile, StringComparison.Ordinal)
            .Replace("{brief}", run.BriefFile, StringComparison.Ordinal)
            .Replace("{workspace}", run.Workspace, StringComparison.Ordinal))];

    public static ProfileOptions Profile(Grant grant, IReadOnlyDictionary<string, ProfileOptions> profiles) =>
        profiles.TryGetValue(grant.Profile, out var profile)
            ? profile
            : throw new RunNotStartedException($"this host defines no profile '{grant.Profile}'; it has {string.Join(", ", profiles.Keys.Order(StringComparer.Ordinal))}");
}
