namespace Kanban.Bus.Cli.Workers;

/// <summary>A systemd unit for a worker.</summary>
/// <param name="Command">Argument vector of its process.</param>
/// <param name="User">Null for root.</param>
/// <param name="DrainOnStop">A stop lets runs end within the drain limit and hands the rest back; else they go on, for the next start to take up.</param>
internal sealed record SystemdUnit(string Id, IReadOnlyList<string> Command, string? User, bool DrainOnStop)
{
    public const string EnvironmentFile = "/etc/kanban/worker.env";

    public string FileName => $"kanban-worker-{Id}.service";

    /// <summary>Below <c>/var/lib</c>; systemd makes it for the worker's user.</summary>
    public static string StateDirectory(string id) => $"kanban/worker-{id}";

    public override string ToString() => $"""
        [Unit]
        Description=Kanban.Bus worker {Escape(Id)}
        Wants=network-online.target
        After=network-online.target

        [Service]
        Type=exec
        ExecStart={string.Join(' ', Command.Select(Quote))}
        # KANBAN_URL=https://board.example and KANBAN_TOKEN=kbw_…, readable by root alone.
        EnvironmentFile=-{EnvironmentFile}
        StateDirectory={StateDirectory(Id)}
        StateDirectoryMode=0700
        {(User is null ? "# Runs as root; give --user to have a user of its own." : "User=" + Escape(User))}
        # Runs are beside the worker: its restart leaves them alone, and its next start takes them up.
        KillMode=process
        {(DrainOnStop ? "# SIGTERM drains: runs may end within Worker:DrainLimit, and the rest is handed back.\nKillSignal=SIGTERM\nTimeoutStopSec=infinity" : "# SIGHUP ends the worker alone. To have its runs end first: kanban worker drain " + Escape(Id) + "\nKillSignal=SIGHUP\nTimeoutStopSec=20")}
        Restart=always
        RestartSec=2
        # A cgroup for each run, and a run without memory takes nothing with it.
        Delegate=yes
        DelegateSubgroup=kanban-worker
        OOMPolicy=continue

        [Install]
        WantedBy=multi-user.target

        """;

    /// <summary>One word of a command line as systemd reads it.</summary>
    internal static string Quote(string word)
    {
        var escaped = Escape(word).Replace("$", "$$", StringComparison.Ordinal);
        return escaped.Length > 0 && escaped.All(c => char.IsAsciiLetterOrDigit(c) || "-_./=:,%@+".Contains(c, StringComparison.Ordinal)) ? escaped
            : "\"" + escaped.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
    }

    private static string Escape(string text) => text.Replace("%", "%%", StringComparison.Ordinal);
}
