using System.Globalization;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.Tests.Harness;
using Npgsql;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>
/// Judges a whole installation from outside, when all its work is over: by what the runs' own processes wrote (<see cref="Faults.Witness"/>)
/// and by what the database committed (<see cref="Audit"/>). It asks no board.
/// </summary>
/// <example><code>
/// var board = await cluster.StartBoardAsync();
/// var oracle = await Oracle.WatchAsync(cluster);
/// …  new CreateTask("a task", "work", Body: oracle.Witness.Script("sleep 1"))  … faults …
/// await oracle.CheckAsync();
/// </code></example>
public sealed class Oracle
{
    private readonly Cluster _cluster;

    private Oracle(Cluster cluster)
    {
        _cluster = cluster;
        Witness = new Witness(cluster.Folder);
    }

    public Witness Witness { get; }

    /// <summary>Starts to take down every change. A board has been ready once; whatever happened before is not judged.</summary>
    public static async Task<Oracle> WatchAsync(Cluster cluster)
    {
        await Audit.InstallAsync(cluster.Database);
        return new Oracle(cluster);
    }

    /// <summary>
    /// Waits until no task can go on by itself and the queues are empty, and fails with every promise that was broken: each task ended
    /// once; at most one accepted result; tokens rise; no cap passed; in <c>stop</c> lanes old and new never execute together; nothing is stuck;
    /// what is done was carried out.
    /// </summary>
    /// <remarks>A worker that takes the tasks' lanes must be live, so that offers of no more use leave their queues.</remarks>
    /// <param name="within">For the work to end; three minutes by default.</param>
    public async Task CheckAsync(TimeSpan? within = null)
    {
        var broken = await JudgeAsync(within);
        if (broken.Count > 0)
            Assert.Fail($"{string.Join('\n', broken)}\n{await TrailAsync()}");
    }

    /// <summary>As <see cref="CheckAsync"/>, for who wants to say it otherwise.</summary>
    /// <returns>Each broken promise as a sentence; what is stuck is the first.</returns>
    public async Task<IReadOnlyList<string>> JudgeAsync(TimeSpan? within = null)
    {
        await using var source = NpgsqlDataSource.Create(_cluster.Database);
        var broken = new List<string>();
        var stuck = "";
        try
        {
            await Eventually.Async(async () => (stuck = await StuckAsync(source)).Length == 0, within ?? TimeSpan.FromMinutes(3));
        }
        catch (TimeoutException e)
        {
            broken.Add($"Stuck: {stuck}. {e.InnerException?.Message}");
        }

        var audit = await Audit.ReadAsync(source);
        var stopLanes = await Audit.ReadAsync(source, "SELECT t.board || '-' || t.number FROM tasks t JOIN lanes l ON l.name = t.lane WHERE l.on_disconnect = 'stop'", r => r.GetString(0));
        broken.AddRange(Judgement.Of(audit, Witness.Lines, await AcceptedAsync(source), GlobalCap, stopLanes.ToHashSet()));
        return broken;
    }

    /// <summary>What somebody needs who was not there: the database's trail, the witness, and the end of every process's log.</summary>
    public async Task<string> TrailAsync()
    {
        await using var source = NpgsqlDataSource.Create(_cluster.Database);
        var parts = new List<string> { "── the database's trail" };
        parts.AddRange((await Audit.ReadAsync(source)).TakeLast(60).Select(row => row.ToString()));
        parts.Add("── the witness");
        parts.AddRange(Witness.Lines.Where(l => l.What is not "tick").TakeLast(60).Select(l => $"{l.Task} token {l.Token} {l.What}"));
        foreach (var log in Directory.GetFiles(_cluster.Folder, "*.log").Order())
            parts.AddRange(["── the end of " + Path.GetFileName(log), .. File.ReadLines(log).TakeLast(40)]);
        return string.Join('\n', parts);
    }

    /// <summary>Most runs that held a unit of the lane at one moment, as the database counted in each transaction.</summary>
    public async Task<int> MostLiveAsync(string lane)
    {
        await using var source = NpgsqlDataSource.Create(_cluster.Database);
        return (await Audit.ReadAsync(source)).Where(a => a.Lane == lane).Max(a => a.LiveInLane);
    }

    private int? GlobalCap => _cluster.Settings.TryGetValue("Admission:MaxActiveTasks", out var cap) ? int.Parse(cap, CultureInfo.InvariantCulture) : null;

    /// <summary>What is not over yet, in words; empty when all is.</summary>
    private async Task<string> StuckAsync(NpgsqlDataSource source)
    {
        var open = await Audit.ReadAsync(source,
            "SELECT board || '-' || number || ' ' || status FROM tasks WHERE status IN ('ready', 'running', 'scheduled', 'todo') AND NOT archived ORDER BY number LIMIT 20", r => r.GetString(0));
        var runs = await Audit.ReadAsync(source, "SELECT task_key || ' run ' || number || ' ' || state FROM runs WHERE live LIMIT 20", r => r.GetString(0));
        var leases = await Audit.ReadAsync(source, "SELECT 'lease of ' || run_id FROM leases WHERE NOT EXISTS (SELECT FROM runs WHERE id = run_id AND live) LIMIT 20", r => r.GetString(0));
        if (open.Count + runs.Count + leases.Count > 0)
            return string.Join(", ", [.. open, .. runs, .. leases]);
        var left = new List<string>();
        foreach (var queue in await _cluster.Rabbit.Management.QueueNamesAsync(_cluster.VirtualHost))
            if (queue.StartsWith("kanban.lane.", StringComparison.Ordinal)
                && await _cluster.Rabbit.Management.QueueAsync(_cluster.VirtualHost, queue) is { } state && !(state.TryGetProperty("messages", out var messages) && messages.GetInt32() == 0))
                left.Add("messages on " + queue);
        return string.Join(", ", left);
    }

    private static async Task<Dictionary<string, List<Guid>>> AcceptedAsync(NpgsqlDataSource source) =>
        (await Audit.ReadAsync(source,
            "SELECT t.board || '-' || t.number, r.id FROM tasks t LEFT JOIN runs r ON r.task_id = t.id AND r.state = 'Succeeded' WHERE t.status = 'done'",
            r => (Task: r.GetString(0), Run: r.IsDBNull(1) ? (Guid?)null : r.GetGuid(1))))
        .GroupBy(r => r.Task).ToDictionary(g => g.Key, g => g.Where(r => r.Run is not null).Select(r => r.Run!.Value).ToList());
}
