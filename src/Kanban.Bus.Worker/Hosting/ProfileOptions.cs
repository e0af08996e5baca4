namespace Kanban.Bus.Worker.Hosting;

/// <summary>How this host carries out a lane's work. A lane names it; only the host defines it, so credentials stay here.</summary>
public sealed class ProfileOptions
{
    /// <summary>What carries the work out: <c>shell</c> (default) runs the command; <c>none</c> starts nothing and reports success at once, for tasks that only hold others back and for load tests.</summary>
    public string Executor { get; set; } = Shell;

    /// <summary>Argument vector; never a shell string. <c>{body}</c>, <c>{brief}</c> and <c>{workspace}</c> become paths. Default: the task's body as a script of <c>/bin/sh</c>.</summary>
    public List<string> Command { get; } = [];

    /// <summary>Set for every run of the profile, over what <see cref="PassEnvironment"/> lets through.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Names of the worker's own variables that a run may see. Default PATH, LANG, TZ; nothing else passes.</summary>
    public List<string> PassEnvironment { get; } = [];

    /// <summary>Kinds of workspace that tasks may ask for: <c>scratch</c>, <c>dir</c>, <c>worktree</c>. Default <c>scratch</c> alone.</summary>
    public List<string> Workspaces { get; } = [];

    /// <summary>Where its worktrees are made, and below which a <c>dir</c> must lie. Default: the worker's own folder, and no <c>dir</c>.</summary>
    public string? WorkspaceRoot { get; set; }

    /// <summary>Repositories that a <c>worktree</c> may be made of: paths or addresses, <c>*</c> at an end for any rest.</summary>
    public List<string> Repositories { get; } = [];

    /// <summary>Several runs may work in one <c>dir</c> at a time. Default false: the later one waits.</summary>
    public bool ShareDirs { get; set; }

    internal const string Shell = "shell";
    internal const string None = "none";

    internal static readonly IReadOnlyList<string> ShellCommand = ["/bin/sh", "-eu", "{body}"];
    internal static readonly IReadOnlyList<string> UsualEnvironment = ["PATH", "LANG", "TZ"];

    internal IReadOnlyList<string> CommandOrDefault => Command.Count == 0 ? ShellCommand : Command;

    internal IReadOnlyList<string> PassOrDefault => PassEnvironment.Count == 0 ? UsualEnvironment : PassEnvironment;
}
