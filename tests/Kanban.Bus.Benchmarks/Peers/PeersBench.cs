using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Npgsql;

namespace Kanban.Bus.Benchmarks.Peers;

/// <summary>What graphile-worker does on the same machine, to hold <c>lifecycle</c> and <c>start</c> against. Needs Node and npm; installs into <c>out/peers</c>.</summary>
public static class PeersBench
{
    private const int Jobs = 10_000;
    private const int Single = 500;

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        var folder = Path.Combine(KanbanProgram.Repository, "out", "peers");
        Directory.CreateDirectory(folder);
        foreach (var file in new[] { "package.json", "graphile.mjs" })
            File.Copy(Path.Combine(KanbanProgram.Repository, "tests", "Kanban.Bus.Benchmarks", "Peers", file), Path.Combine(folder, file), overwrite: true);
        await RunAsync(folder, "npm", "install", "--no-audit", "--no-fund", "--loglevel=error");

        await using var postgres = await PostgresServer.StartNewAsync();
        var to = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync());
        var address = string.Create(CultureInfo.InvariantCulture, $"postgres://{to.Username}:{to.Password}@{to.Host}:{to.Port}/{to.Database}");
        var said = await RunAsync(folder, "node", "graphile.mjs", address, $"{Jobs}", $"{Single}");
        var seen = JsonSerializer.Deserialize<Seen>(said.TrimEnd().Split('\n')[^1], Json.Client) ?? throw new InvalidOperationException($"graphile.mjs said: {said}");

        var server = $"PostgreSQL (fsync on) on the same {Environment.ProcessorCount} cores";
        return
        [
            new("peers.graphile_per_second", seen.PerSecond, "1/s", $"graphile-worker: {Jobs} no-op jobs made in bulks of 500, first creation to last end; one process, 64 at a time; {server}; after as many to warm up"),
            new("peers.graphile_start_p50_ms", seen.P50, "ms", $"graphile-worker: from before a job is made to its start, {Single} single jobs; {server}"),
            new("peers.graphile_start_p99_ms", seen.P99, "ms", "the same"),
        ];
    }

    /// <returns>Its standard output.</returns>
    private static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{program} did not start.");
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }

    private sealed record Seen(double PerSecond, double P50, double P99);
}
