using System.Globalization;
using System.Security.Cryptography;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.Tests.Harness;
using Npgsql;

namespace Kanban.Bus.Benchmarks.Logs;

/// <summary>A hundred runs write all at once through a link that is cut again and again, while somebody watches one more: how much is stored, how soon a line shows, and whether every byte is there.</summary>
public static class LogsBench
{
    private const string Load = "load";
    private const string Probe = "probe";
    private const int Runs = 100;
    private const int BytesPerBlock = 24_000;
    private const int Cuts = 200;
    private const int Seconds = 26;
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan BetweenCuts = TimeSpan.FromSeconds(1);

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        await using var installation = await Installation.StartAsync();
        var (cluster, board) = (installation.Cluster, installation.Board);
        await board.Api.AddLaneAsync(new CreateLane(Load, Profile: "shell"));
        await board.Api.AddLaneAsync(new CreateLane(Probe, Profile: "shell"));
        var link = cluster.Link(board.Url);
        await cluster.StartWorkerAsync(
            new WorkerShape("w1", "w1", new Dictionary<string, int> { [Load] = Runs, [Probe] = 1 }) { Settings = new Dictionary<string, string> { ["LogLevel"] = "Warning" } }, through: link);

        var watched = await board.Api.AddTaskAsync(new CreateTask("watched", Probe, Body: ProbeScript));
        var probe = await Eventually.ValueAsync(async () => (await board.Api.TaskAsync(watched.Key)).Task is { Status: Status.Running, Run: { } run } ? run : null);
        using var over = new CancellationTokenSource();
        var tail = LogTail.FollowAsync(board.Api.Http, probe.Id, over.Token);
        await board.Api.PostAsync("tasks/bulk", new CreateTasks([.. Enumerable.Range(0, Runs).Select(n => new CreateTask($"task {n}", Load, Body: LoadScript))]));
        await using var source = NpgsqlDataSource.Create(cluster.Database);
        await Eventually.Async(async () => await CountAsync(source, $"SELECT count(*) FROM runs WHERE lane = '{Load}' AND state = 'Running'") == Runs, within: TimeSpan.FromMinutes(1));

        LogTail.Clear();
        var before = await CountAsync(source, Stored);
        var begun = TimeProvider.System.GetTimestamp();
        var cut = 0;
        while (TimeProvider.System.GetElapsedTime(begun) < Watched)
        {
            cut += link.Reset();
            await Task.Delay(BetweenCuts);
        }
        var took = TimeProvider.System.GetElapsedTime(begun);
        var stored = await CountAsync(source, Stored) - before;
        var shown = LogTail.Milliseconds;

        for (; cut < Cuts; cut += link.Reset())
            await Task.Delay(BetweenCuts / 4);
        await Eventually.Async(async () => await CountAsync(source, "SELECT count(*) FROM tasks WHERE status <> 'done'") == 0, within: TimeSpan.FromMinutes(3));
        await over.CancelAsync();
        await tail;
        await CheckAsync(board.Api);

        var conditions = string.Create(CultureInfo.InvariantCulture,
            $"{Runs} runs of one worker that write {Runs * BytesPerBlock * 10 / 1e6:0} MB/s in all, PostgreSQL, the worker's connections cut {cut} times, every log byte for byte as written, over {took.TotalSeconds:0} s");
        return
        [
            new("logs.mb_per_s", stored / 1e6 / took.TotalSeconds, "MB/s", "output stored: " + conditions),
            new("logs.tail_p95_ms", Figures.Percentile(shown, 0.95), "ms", string.Create(CultureInfo.InvariantCulture, $"median {Figures.Percentile(shown, 0.5):0}, p90 {Figures.Percentile(shown, 0.9):0}, p99 {Figures.Percentile(shown, 0.99):0} of {shown.Count} lines; ") + "from a line's writing to its coming out of the board's stream, of one more run of that worker: " + conditions),
        ];
    }

    private const string Stored = "SELECT coalesce(sum(length), 0) FROM log_chunks";

    /// <summary>Blocks of any bytes, each with its number; the run says what all of them hash to.</summary>
    private static string LoadScript => string.Create(CultureInfo.InvariantCulture, $$"""
        exec perl -MDigest::SHA -e '
          my ($sha, $i, $block, $until) = (Digest::SHA->new(256), 0, join("", map { chr(int(rand(256))) } 1..{{BytesPerBlock - 8}}), time + {{Seconds}});
          while (time < $until) {
            my $bytes = pack("NN", $$, $i++) . $block;
            $sha->add($bytes);
            for (my $at = 0; $at < length($bytes); ) { $at += syswrite(STDOUT, $bytes, length($bytes) - $at, $at) }
            select(undef, undef, undef, 0.1);
          }
          open(my $result, ">", $ENV{KANBAN_RESULT_FILE});
          print $result sprintf("{\"summary\":\"%s\"}", $sha->hexdigest);
        '
        """);

    private static string ProbeScript => string.Create(CultureInfo.InvariantCulture, $$"""
        exec perl -MTime::HiRes=time -e '$| = 1; my $until = time + {{Seconds + 10}}; while (time < $until) { printf "%.6f\n", time; select(undef, undef, undef, 0.05) }'
        """);

    private static async Task CheckAsync(BoardApi api)
    {
        foreach (var task in await api.AllAsync<TaskView>($"tasks?lane={Load}&status=done"))
        {
            var run = (await api.RunsAsync(task.Key)).Single();
            await using var log = await api.Http.GetStreamAsync(new Uri($"runs/{run.Id}/log?stream=stdout", UriKind.Relative));
            var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(log));
            if (hash != task.Summary)
                throw new InvalidOperationException($"The log of {task.Key} ({run.LogBytes} bytes) hashes to {hash}; its run wrote what hashes to {task.Summary}.");
        }
    }

    private static async Task<long> CountAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }
}
