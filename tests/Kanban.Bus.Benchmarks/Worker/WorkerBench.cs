using System.Diagnostics;
using System.Globalization;
using Kanban.Bus.Benchmarks.Idle;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.Tests.Harness;
using Npgsql;

namespace Kanban.Bus.Benchmarks.Worker;

/// <summary>What many runs at once take of their host beside themselves, and how long a run's start takes beside its own process.</summary>
public static class WorkerBench
{
    private const string Held = "held";
    private const string Quick = "quick";
    private const int Starts = 100;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(20);

    public static async Task<IReadOnlyList<Figure>> RunAsync(int runs)
    {
        await using var installation = await Installation.StartAsync();
        await using var database = NpgsqlDataSource.Create(installation.Cluster.Database);
        var api = installation.Board.Api;
        await api.AddLaneAsync(new CreateLane(Held));
        await api.AddLaneAsync(new CreateLane(Quick));
        var worker = await installation.Cluster.StartWorkerAsync(new WorkerShape("w", "w", new Dictionary<string, int> { [Held] = runs, [Quick] = 1 })
        {
            Settings = new Dictionary<string, string> { ["LogLevel"] = "Warning" },
        });

        var starts = await StartsAsync(api, database);
        for (var i = 0; i < runs; i++)
            await api.AddTaskAsync(new CreateTask($"sleep {i}", Held, Body: "exec sleep 900"));
        await Eventually.Async(() => Shims(worker).Count == runs, TimeSpan.FromMinutes(3));
        await Task.Delay(Settle);

        var shims = Shims(worker).Select(ResidentMegabytes).ToList();
        var plain = await PlainAsync();
        var on = string.Create(CultureInfo.InvariantCulture, $"one worker process, board, PostgreSQL and RabbitMQ on the same {Environment.ProcessorCount} cores");
        return
        [
            new("worker.rss_mb", ProcessCost.Watch(worker.ProcessId).ResidentMegabytes, "MB", $"resident memory of the worker while it holds {runs} runs of 'sleep', {Settle.TotalSeconds:0} s after the last began; {on}"),
            new("worker.shim_rss_mb", shims.Max(), "MB", $"resident memory of the largest of {runs} shims, shared pages included, without the run's own process"),
            new("worker.start_ms", Figures.Percentile(starts, 0.5) - plain, "ms", $"median of {Starts} runs: from the claim's commit to the first instruction of the run's script, by the host's clock, less the {plain:0.0} ms that /bin/sh takes for the same by itself; one at a time; {on}"),
            new("worker.start_p95_ms", Figures.Percentile(starts, 0.95) - plain, "ms", "the same, 95th percentile"),
        ];
    }

    /// <summary>Milliseconds from the lease's grant to the script's own first word.</summary>
    private static async Task<List<double>> StartsAsync(BoardApi api, NpgsqlDataSource database)
    {
        var folder = Directory.CreateTempSubdirectory("kanban-starts-");
        try
        {
            var waits = new List<double>();
            for (var i = 0; i < Starts; i++)
            {
                var file = Path.Combine(folder.FullName, $"{i}");
                var task = await api.AddTaskAsync(new CreateTask($"start {i}", Quick, Body: $"date +%s%N >{file}.tmp; mv {file}.tmp {file}"));
                await Eventually.Async(() => File.Exists(file));
                var began = long.Parse(await File.ReadAllTextAsync(file), CultureInfo.InvariantCulture) / 1e6;
                await using var command = database.CreateCommand("SELECT extract(epoch FROM started_at)::float8 * 1000 FROM runs WHERE task_key = $1");
                command.Parameters.AddWithValue(task.Key);
                waits.Add(began - (double)(await command.ExecuteScalarAsync())!);
                await DoneAsync(api, task.Key);
            }
            // The first ones find code that was not compiled yet.
            return waits[(Starts / 4)..];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task DoneAsync(BoardApi api, string key) => Eventually.Async(async () => (await api.TaskAsync(key)).Task.Status == Status.Done);

    /// <summary>The same script without us: from before its process is made to its first word.</summary>
    private static async Task<double> PlainAsync()
    {
        var waits = new List<double>();
        for (var i = 0; i < Starts; i++)
        {
            var before = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds;
            using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-eu", "-c", "date +%s%N"]) { RedirectStandardOutput = true })!;
            waits.Add((long.Parse(await process.StandardOutput.ReadToEndAsync(), CultureInfo.InvariantCulture) / 1e6) - before);
            await process.WaitForExitAsync();
        }
        return Figures.Percentile(waits, 0.5);
    }

    private static List<int> Shims(WorkerProcess worker)
    {
        var script = Path.Combine(worker.Home, "shim.sh");
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid))
                continue;
            try
            {
                // /bin/sh SCRIPT …
                if (File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0') is [_, var second, ..] && second == script)
                    found.Add(pid);
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }
        return found;
    }

    private static double ResidentMegabytes(int pid) => ProcessCost.Watch(pid).ResidentMegabytes;
}
