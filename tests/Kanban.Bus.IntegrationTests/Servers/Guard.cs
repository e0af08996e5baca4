using System.Diagnostics;

namespace Kanban.Bus.IntegrationTests.Servers;

/// <summary>
/// A temporary folder and a small shell beside it that outlives this process: when this process ends in any way, kill -9
/// included, the shell's input closes, and it kills every server of the folder, every process that works inside the
/// folder (such as the runs of a test's workers, which outlive their worker by design), and removes the folder.
/// </summary>
/// <remarks>PR_SET_PDEATHSIG would be shorter, but it fires when the <em>thread</em> that started the child ends.</remarks>
public sealed class Guard : IDisposable
{
    private const string Script = """
        trap '' INT TERM HUP
        cat >/dev/null
        for f in "$1"/*.pgid; do
            [ -f "$f" ] && kill -s KILL -- "-$(cat "$f")"
        done 2>/dev/null
        for p in /proc/[0-9]*; do
            case "$(readlink "$p/cwd")" in "$1"|"$1"/*) kill -s KILL "${p#/proc/}" ;; esac
        done 2>/dev/null
        for try in 1 2 3 4 5 6 7 8 9 10; do
            rm -rf "$1" 2>/dev/null && exit 0
            sleep 0.5
        done
        """;

    private readonly Process _shell;

    /// <param name="kind">First part of the folder's name, for who looks into the temporary folder.</param>
    public Guard(string kind)
    {
        Folder = Directory.CreateTempSubdirectory($"kanban-{kind}-").FullName;
        var start = new ProcessStartInfo("setsid") { UseShellExecute = false, RedirectStandardInput = true };
        foreach (var word in (string[])["sh", "-c", Script, "kanban-test-guard", Folder])
            start.ArgumentList.Add(word);
        _shell = Process.Start(start) ?? throw new InvalidOperationException("The guard was not started.");
    }

    public string Folder { get; }

    /// <summary>Removes the folder; its servers must have been ended, else they are killed.</summary>
    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.WaitForExit(TimeSpan.FromSeconds(15));
        _shell.Dispose();
    }
}
