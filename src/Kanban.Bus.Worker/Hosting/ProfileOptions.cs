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

    internal const string Shell = "shell";
    internal const string None = "none";

    internal static readonly IReadOnlyList<string> ShellCommand = ["/bin/sh", "-eu", "{body}"];
    internal static readonly IReadOnlyList<string> UsualEnvironment = ["PATH", "LANG", "TZ"];

    internal IReadOnlyList<string> CommandOrDefault => Command.Count == 0 ? ShellCommand : Command;

    internal IReadOnlyList<string> PassOrDefault => PassEnvironment.Count == 0 ? UsualEnvironment : PassEnvironment;
}
