using System.Diagnostics;
using Kanban.Bus.Cli.Workers;

namespace Kanban.Bus.Tests.Cli;

/// <summary><c>kanban worker install</c>: the unit as systemd reads it.</summary>
public sealed class WorkerInstallTests : IDisposable
{
    private readonly CommandLine _kanban = new();

    [Fact]
    public async Task The_unit_keeps_runs_alive_over_a_restart_and_has_no_token()
    {
        var unit = (await _kanban.With("KANBAN_TOKEN", "kbw_secret").RunAsync("worker", "install", "--id", "gpu-1", "--lane", "gpu=2", "--user", "kanban")).Out;

        Assert.Contains("worker run --id gpu-1 --home /var/lib/kanban/worker-gpu-1 --lane gpu=2\n", unit, StringComparison.Ordinal);
        foreach (var line in new[] { "KillMode=process", "KillSignal=SIGHUP", "Delegate=yes", "DelegateSubgroup=kanban-worker", "Restart=always", "User=kanban", "StateDirectory=kanban/worker-gpu-1", "EnvironmentFile=-/etc/kanban/worker.env" })
            Assert.Contains(line + "\n", unit, StringComparison.Ordinal);
        Assert.DoesNotContain("kbw_secret", unit, StringComparison.Ordinal);
        Assert.Contains("KillSignal=SIGTERM\n", (await _kanban.RunAsync("worker", "install", "--lane", "gpu=2", "--drain-on-stop")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Systemd_finds_nothing_wrong_with_a_unit_that_was_written()
    {
        var written = await _kanban.RunAsync("worker", "install", "--id", "w1", "--lane", "shell=2", "--config", "/etc/kan ban/wörk%er$1.yaml", "--write", "--folder", _kanban.Home);
        var path = Path.Combine(_kanban.Home, "kanban-worker-w1.service");

        Assert.Equal(0, written.Code);
        Assert.Contains("systemctl enable --now kanban-worker-w1.service", written.Error, StringComparison.Ordinal);
        Assert.Contains("--config \"/etc/kan ban/wörk%%er$$1.yaml\"\n", await File.ReadAllTextAsync(path), StringComparison.Ordinal);
        if (!File.Exists("/usr/bin/systemd-analyze"))
            return;
        using var verify = Process.Start(new ProcessStartInfo("/usr/bin/systemd-analyze", ["verify", path]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var said = await verify.StandardError.ReadToEndAsync();
        await verify.WaitForExitAsync();
        // Systemd before 254 does not know it, says so and goes on.
        Assert.DoesNotContain(said.Split('\n'), l => l.Contains("kanban-worker-w1", StringComparison.Ordinal) && !l.Contains("DelegateSubgroup", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_it_serves_must_be_said()
    {
        var refused = await _kanban.RunAsync("worker", "install");

        Assert.Equal(2, refused.Code);
        Assert.Contains("--lane is missing", refused.Error, StringComparison.Ordinal);
        Assert.Equal("\"a b\\\"c\"", SystemdUnit.Quote("a b\"c"));
    }

    public void Dispose() => _kanban.Dispose();
}
