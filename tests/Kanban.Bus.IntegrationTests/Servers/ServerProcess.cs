using System.Diagnostics;
using System.Globalization;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Servers;

/// <summary>A server as a child process that leads its own process group, with its output in a file.</summary>
/// <remarks>The group's id lies in <c>NAME.pgid</c> beside the log while it lives, for <see cref="Guard"/>.</remarks>
public sealed class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _pgidFile;

    private ServerProcess(Process process, string folder, string name)
    {
        _process = process;
        LogFile = Path.Combine(folder, name + ".log");
        _pgidFile = Path.Combine(folder, name + ".pgid");
        File.WriteAllText(_pgidFile, process.Id.ToString(CultureInfo.InvariantCulture));
    }

    public string LogFile { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <param name="environment">On top of a clean environment with PATH and LANG only; what the test host has stays out.</param>
    /// <param name="user">User to change to; only root may name one.</param>
    public static ServerProcess Start(
        string folder, string name, IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null, string? user = null)
    {
        // setsid and setpriv replace themselves, so the process id is the server's own and its group's.
        var start = new ProcessStartInfo("setsid") { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardInput = true };
        foreach (var word in (string[])["sh", "-c", "exec >>\"$0\" 2>&1 </dev/null; exec \"$@\"", Path.Combine(folder, name + ".log")])
            start.ArgumentList.Add(word);
        if (user is not null)
        {
            foreach (var word in (string[])["setpriv", "--reuid=" + user, "--regid=" + user, "--init-groups", "--"])
                start.ArgumentList.Add(word);
        }
        foreach (var word in command)
            start.ArgumentList.Add(word);

        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:" + Environment.GetEnvironmentVariable("PATH");
        start.Environment["LANG"] = "C.UTF-8";
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
            start.Environment[key] = value;

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{name} was not started.");
        return new ServerProcess(process, folder, name);
    }

    /// <summary>Sends a signal to the whole group and returns at once.</summary>
    public void Signal(int signal)
    {
        if (!_process.HasExited)
            Signals.Send(-_process.Id, signal);
    }

    /// <summary>SIGSTOP to the whole group; returns when nothing of it executes any more, which on a busy machine is a while later.</summary>
    public async Task FreezeAsync()
    {
        Signal(Signals.Stop);
        await Eventually.Async(() => LiveProcesses.IsStopped(_process.Id));
    }

    /// <summary>Ends the group: <paramref name="signal"/>, and KILL when it has not ended in time. Returns when it is seen dead.</summary>
    public async Task EndAsync(int signal, TimeSpan grace)
    {
        Signal(signal);
        using (var patience = new CancellationTokenSource(grace))
        {
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Signal(Signals.Kill);
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }
        File.Delete(_pgidFile);
        // Whoever is left of the group, such as the node behind RabbitMQ's script: its ports must be free again.
        Signals.Send(-_process.Id, Signals.Kill);
        await Eventually.Async(() => !LiveProcesses.AnyInGroup(_process.Id));
    }

    /// <summary>The log's last lines, for a message about what went wrong.</summary>
    public string LogTail(int lines = 15) =>
        File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(lines)) : "(no log)";

    /// <summary>Kills what <see cref="EndAsync"/> has not ended.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Signals.Send(-_process.Id, Signals.Kill);
            _process.WaitForExit(TimeSpan.FromSeconds(10));
        }
        if (File.Exists(_pgidFile))
            File.Delete(_pgidFile);
        _process.Dispose();
    }
}
