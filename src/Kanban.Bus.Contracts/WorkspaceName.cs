using System.Text.Json.Serialization;

namespace Kanban.Bus.Contracts;

[JsonConverter(typeof(EnumWords<WorkspaceKind>))]
public enum WorkspaceKind
{
    /// <summary>A fresh directory, removed with the run.</summary>
    Scratch,

    /// <summary>A directory of the host that stays.</summary>
    Dir,

    /// <summary>A worktree of a repository, on a branch of the task's own.</summary>
    Worktree,
}

/// <summary>Where a run works, as tasks and lanes say it: <c>scratch</c>, <c>dir:/srv/data</c>, <c>worktree:https://git.example/web.git</c>.</summary>
/// <param name="Of">The path, or the repository's path or address; empty for scratch.</param>
public sealed record WorkspaceName(WorkspaceKind Kind, string Of)
{
    public static WorkspaceName Scratch { get; } = new(WorkspaceKind.Scratch, "");

    /// <summary>Null when it is none of them. A repository never begins with a hyphen: no program may take it for an option.</summary>
    public static WorkspaceName? Parse(string? text)
    {
        if (text is null || text.Any(char.IsControl))
            return null;
        if (text == "scratch")
            return Scratch;
        if (text.StartsWith("dir:/", StringComparison.Ordinal) && !text.Split('/').Contains(".."))
            return new(WorkspaceKind.Dir, text["dir:".Length..]);
        const string worktree = "worktree:";
        return text.StartsWith(worktree, StringComparison.Ordinal) && text.Length > worktree.Length && text[worktree.Length] != '-' && !char.IsWhiteSpace(text[worktree.Length])
            ? new(WorkspaceKind.Worktree, text[worktree.Length..])
            : null;
    }

    public override string ToString() => Kind switch
    {
        WorkspaceKind.Scratch => "scratch",
        WorkspaceKind.Dir => "dir:" + Of,
        _ => "worktree:" + Of,
    };
}
