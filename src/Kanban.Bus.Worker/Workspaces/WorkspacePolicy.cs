using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Worker.Workspaces;

/// <summary>What a profile allows of what tasks ask for. The board can ask for anything: this host's file decides.</summary>
internal static class WorkspacePolicy
{
    private static readonly string[] ScratchAlone = ["scratch"];

    /// <param name="asked">As the grant says; null for the profile's own choice.</param>
    /// <exception cref="RunNotStartedException">The profile does not allow it; the message says what it does allow.</exception>
    public static WorkspaceName Allowed(string? asked, string name, ProfileOptions profile)
    {
        IReadOnlyList<string> kinds = profile.Workspaces.Count == 0 ? ScratchAlone : profile.Workspaces;
        var wanted = asked is null ? WorkspaceName.Scratch
            : WorkspaceName.Parse(asked) ?? throw new RunNotStartedException($"'{asked}' is no workspace this worker knows: scratch, dir:PATH or worktree:REPOSITORY");
        var kind = wanted.Kind.ToString().ToLowerInvariant();
        if (!kinds.Contains(kind))
            throw new RunNotStartedException($"profile {name} of this host allows the workspaces {string.Join(", ", kinds)}, not {(asked is null ? "scratch, which is meant where the task names none" : asked)}");
        if (wanted.Kind is WorkspaceKind.Worktree && !profile.Repositories.Any(allowed => Fits(allowed, wanted.Of)))
            throw new RunNotStartedException($"profile {name} of this host allows {(profile.Repositories.Count == 0 ? "no repository" : "the repositories " + string.Join(", ", profile.Repositories))}, not {wanted.Of}");
        return wanted;
    }

    /// <returns>The directory itself, every link followed.</returns>
    /// <exception cref="RunNotStartedException">It is not there, or does not lie below the profile's root.</exception>
    public static string Directory(string path, string name, ProfileOptions profile)
    {
        if (profile.WorkspaceRoot is not { Length: > 0 } root || RealPath.Of(root) is not { } realRoot)
            throw new RunNotStartedException($"profile {name} of this host names no WorkspaceRoot that is there, below which {path} would have to lie");
        if (RealPath.Of(path) is not { } real || !System.IO.Directory.Exists(real))
            throw new RunNotStartedException($"there is no directory {path} on this host");
        return real == realRoot || real.StartsWith(realRoot.TrimEnd('/') + "/", StringComparison.Ordinal)
            ? real
            : throw new RunNotStartedException($"{path} does not lie below {root}, where profile {name} of this host allows directories");
    }

    /// <summary>A repository that is a path must be the very one that was allowed: <c>/srv/git/*</c> allows nothing beside that folder.</summary>
    private static bool Fits(string allowed, string repository) =>
        !Uri.UnescapeDataString(repository).Split('/', '\\').Contains("..")
        && (allowed.EndsWith('*') ? repository.StartsWith(allowed[..^1], StringComparison.Ordinal) && repository.Length >= allowed.Length : repository == allowed);
}
