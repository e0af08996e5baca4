using System.Text.RegularExpressions;
using Kanban.Bus.Worker.Shim;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Hosting;

/// <summary>One worker: who it is, what it serves, where its board is.</summary>
public sealed partial class WorkerOptions
{
    public const string Section = "Worker";

    /// <summary>Stable over restarts, unique on the board: a second process with it waits until the first is gone. Default: the host.</summary>
    public string Id { get; set; } = "";

    /// <summary>What tasks name that must run here. Default: the machine's name, lower-cased, other characters as hyphens.</summary>
    public string Host { get; set; } = MachineHost();

    /// <summary>Slots per lane, 1 to 10,000: the most runs of the lane here at one time.</summary>
    public Dictionary<string, int> Lanes { get; } = [];

    /// <summary>What it has: <c>cuda</c>, <c>repo=web</c>, <c>mem=128</c>.</summary>
    public List<string> Capabilities { get; } = [];

    /// <summary>Agents and container engines that this host has are capabilities too: <c>codex=0.169.0</c>. Default true; each is asked for its version at the start.</summary>
    public bool FindAgents { get; set; } = true;

    /// <summary>The board's address, <c>http://</c> or <c>https://</c>. Empty in a single-host process: the process's own.</summary>
    public string BoardUrl { get; set; } = "";

    /// <summary>Worker token (<c>kbw_…</c>). Better: <see cref="TokenFile"/>.</summary>
    public string? Token { get; set; }

    /// <summary>File that holds the worker token; read at each registration, so a rotated token needs no restart.</summary>
    public string? TokenFile { get; set; }

    /// <summary>State directory: runs under way and reports not yet answered. Default <c>$XDG_STATE_HOME/kanban/worker-ID</c>.</summary>
    public string Home { get; set; } = "";

    /// <summary>How long an offer's delivery stays un-acked while its run is live. Default 15 min; 1 s to 25 min.</summary>
    /// <remarks>Longer shows long runs in the broker's unacked count; past the broker's <c>consumer_timeout</c> (30 min) it would close the channel.</remarks>
    public TimeSpan HoldLimit { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>On SIGTERM or drain by stop: how long running work may go on before it is stopped and handed back. Default 30 s; 0 to 24 h.</summary>
    public TimeSpan DrainLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Most bytes of output of one run; past it the run is stopped as failed. Default 256 MiB; at least 1 MiB.</summary>
    /// <remarks>Of each stream the board gets at most as much: the beginning, a line that counts what was left out, the end.</remarks>
    public long LogLimitBytes { get; set; } = 256L << 20;

    /// <summary>By what a run's processes are kept together, so that none outlives the run. Default <c>auto</c>: the best that this host allows, which the worker says when it starts.</summary>
    /// <remarks>Anything else stops the start where the host does not allow it.</remarks>
    public Containment Containment { get; set; }
    /// <summary>What the worker's own process writes to its console; one line per run's start and end at <c>Information</c>, the default.</summary>
    public LogLevel LogLevel { get; set; } = LogLevel.Information;

    /// <summary>When it takes no new work for its host's sake.</summary>
    public Pressure.QuietOptions Quiet { get; set; } = new();

    /// <summary>How long a worktree stays that a run left without success, or with work in it that is in no commit. Default 7 days; 0 to 365.</summary>
    public TimeSpan KeepWorktrees { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Profiles of this host, by name. Where none is defined there is <c>shell</c>, which runs what the board sends as a script; else only those defined.</summary>
    public Dictionary<string, ProfileOptions> Profiles { get; } = [];

    /// <summary>Some profile has limits that are the worker's to hold.</summary>
    internal bool LimitsProcesses => Profiles.Values.Any(p => p.Limits.IsOfProcesses && Executors.ExecutorCatalog.Find(p.Executor) is { BoundsItself: false });

    /// <summary>The id and home that were given, or their defaults.</summary>
    public void FillDefaults()
    {
        if (Id.Length == 0)
            Id = Host;
        if (Home.Length == 0)
        {
            var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } given
                ? given
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
            Home = Path.Combine(state, "kanban", "worker-" + Id);
        }
        Home = Path.GetFullPath(Home);
        // A file that names profiles says with them all that may run here.
        if (Profiles.Count == 0)
            Profiles.Add("shell", new ProfileOptions());
    }

    private static string MachineHost()
    {
        var name = NotInName().Replace(Environment.MachineName.ToLowerInvariant(), "-").Trim('-');
        return name.Length == 0 ? "localhost" : name[..Math.Min(40, name.Length)];
    }

    [GeneratedRegex("[^a-z0-9-]+")]
    private static partial Regex NotInName();
}
