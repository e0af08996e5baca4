using Kanban.Bus.Contracts;

namespace Kanban.Bus.Worker.Workspaces;

/// <summary>Where a run works that has no fresh directory, noted beside it: a later process of the worker puts it in order by this note.</summary>
/// <param name="Path">Of the directory, or of the worktree.</param>
/// <param name="Mirror">The worker's own copy of the repository.</param>
/// <param name="Branch">The task's branch in it.</param>
/// <param name="Base">The commit it stood at when the run began.</param>
internal sealed record Place(WorkspaceKind Kind, string Path, string? Mirror = null, string? Branch = null, string? Base = null);
