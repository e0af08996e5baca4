using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Tasks;

/// <summary>What a task or lane may say about where its runs work. Whether a host allows it is the host's own affair: its profile says so.</summary>
public static class WorkspaceRules
{
    public static IEnumerable<ProblemError> Faults(string at, string? workspace)
    {
        if (workspace is null)
            yield break;
        if (workspace.Length > Limits.WorkspaceLength)
            yield return new(at, $"'workspace' has {workspace.Length} characters; at most {Limits.WorkspaceLength} are allowed.");
        else if (WorkspaceName.Parse(workspace) is null)
            yield return new(at, $"'workspace' is scratch, dir:PATH with a whole path, or worktree:REPOSITORY; given was '{TaskRules.Shown(workspace)}'.");
    }
}
