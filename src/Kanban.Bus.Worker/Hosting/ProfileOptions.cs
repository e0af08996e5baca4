using System.Text.Json.Serialization;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Worker.Hosting;

/// <summary>How this host carries out a lane's work. A lane names it; only the host defines it, so credentials stay here, and a board can't make a host run what its file does not say.</summary>
public sealed class ProfileOptions
{
    /// <summary>What carries the work out: <c>shell</c> (default) runs the command; <c>none</c> starts nothing and reports success at once; <c>container</c>; or an agent: <c>claude-code</c>, <c>codex</c>, <c>opencode</c>, <c>hermes</c>, <c>acp</c>.</summary>
    public string Executor { get; set; } = Shell;

    /// <summary>Argument vector of <c>shell</c>, <c>container</c> and <c>acp</c>; never a shell string. <c>{body}</c>, <c>{brief}</c> and <c>{workspace}</c> become paths. Default: the task's body as a script of <c>/bin/sh</c>.</summary>
    public List<string> Command { get; } = [];

    /// <summary>The agent's program, or docker's; a name on the worker's PATH or a whole path. Default: as the agent is called.</summary>
    public string? Binary { get; set; }

    /// <summary>As the agent names it; default: the agent's own choice.</summary>
    public string? Model { get; set; }

    /// <summary>What the agent may do without being asked. Default <c>edit</c>; <c>hermes</c> can't be held to less than <c>all</c>.</summary>
    public Permissions? Permissions { get; set; }

    /// <summary>Tools that it may use besides, as the agent names them.</summary>
    public List<string> Tools { get; } = [];

    /// <summary>What it was not allowed to do becomes a question on the task, instead of being left undone.</summary>
    public bool AskWhenRefused { get; set; }

    /// <summary>Who answers that question with <c>--allow</c> lets the task's next run here do just what was asked for. Default false: the board's people decide nothing about this host.</summary>
    public bool AllowWhenAnswered { get; set; }

    /// <summary>Added to the agent's or the container engine's argument vector.</summary>
    public List<string> Arguments { get; } = [];

    /// <summary>What one run may cost, where the agent can be told (<c>claude-code</c>).</summary>
    public decimal? MaxCostUsd { get; set; }

    /// <summary>Image of <c>container</c>.</summary>
    public string? Image { get; set; }

    /// <summary>Set for every run of the profile, over what <see cref="PassEnvironment"/> lets through.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Names of the worker's own variables that a run may see. Default PATH, LANG, TZ; nothing else passes.</summary>
    public List<string> PassEnvironment { get; } = [];

    /// <summary>Variables whose values are read anew for each run, and are taken out of its output.</summary>
    public Dictionary<string, SecretOptions> Secrets { get; } = [];

    public ProfileLimits Limits { get; set; } = new();

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

    internal Permissions PermissionsOrDefault => Permissions ?? Hosting.Permissions.Edit;

    internal IReadOnlyList<string> PassOrDefault => PassEnvironment.Count == 0 ? UsualEnvironment : PassEnvironment;
}

/// <summary>What an agent may do without being asked; each executor says it in its agent's own words.</summary>
[JsonConverter(typeof(EnumWords<Permissions>))]
public enum Permissions
{
    /// <summary>Look, and change nothing.</summary>
    Read,

    /// <summary>Change files of its workspace.</summary>
    Edit,

    /// <summary>Everything that its user may: for hosts and containers made for it.</summary>
    All,
}

/// <summary>Where a secret comes from: one of the two.</summary>
public sealed class SecretOptions
{
    /// <summary>Its whole text, less the last line break.</summary>
    public string? File { get; set; }

    /// <summary>Argument vector of a program of this host that prints it.</summary>
    public List<string> Command { get; } = [];
}

/// <summary>What one run of the profile may take, whatever its lane allows; null for no limit of the host's own.</summary>
public sealed class ProfileLimits
{
    public TimeSpan? MaxRuntime { get; set; }

    /// <summary>Since the last byte of output.</summary>
    public TimeSpan? Silence { get; set; }

    /// <summary>MiB of memory of all its processes. Held by the kernel where it can, else looked at once a second; past it the run is ended as failed.</summary>
    public int? MemoryMb { get; set; }

    /// <summary>Its processes and their threads. Where the kernel holds it, no more can be made; elsewhere the run is ended as failed.</summary>
    public int? Processes { get; set; }

    /// <summary>MiB of files in its home, its temporary folder and its workspace, unless that is a <c>dir</c>. Looked at every 5 s, and more seldom where a look takes long; past it the run is ended as failed.</summary>
    public int? DiskMb { get; set; }

    internal bool IsOfProcesses => MemoryMb is not null || Processes is not null;
}
