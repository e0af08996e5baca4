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
        await using var source = NpgsqlDataSource.Create(_cluster.Database);
        string stuck = "";
        try
        {
            await Eventually.Async(async () => (stuck = await StuckAsync(source)).Length == 0, within ?? TimeSpan.FromMinutes(3));
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"Stuck: {stuck}. {e.InnerException?.Message}\n{await TrailAsync(source)}", e);
        }

        var audit = await Audit.ReadAsync(source);
        var accepted = await AcceptedAsync(source);
        var stopLanes = await Audit.ReadAsync(source, "SELECT t.board || '-' || t.number FROM tasks t JOIN lanes l ON l.name = t.lane WHERE l.on_disconnect = 'stop'", r => r.GetString(0));
        var broken = Judgement.Of(audit, Witness.Lines, accepted, GlobalCap, stopLanes.ToHashSet()).ToList();
        if (broken.Count > 0)
            Assert.Fail($"{string.Join('\n', broken)}\n{await TrailAsync(source)}");
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

    private async Task<string> TrailAsync(NpgsqlDataSource source) =>
        "The database's trail:\n" + string.Join('\n', (await Audit.ReadAsync(source)).TakeLast(60)) + "\nThe witness:\n" + string.Join('\n', Witness.Lines.TakeLast(60));
}
