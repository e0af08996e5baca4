using System.Globalization;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.Tests.Harness;
using Npgsql;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>Where a fault test begins: a cluster with one board, lanes, and an oracle over it.</summary>
internal sealed class FaultBench : IAsyncDisposable
{
    public const string Lane = "work";

    private FaultBench(Cluster cluster, BoardProcess board, Oracle oracle) => (Cluster, Board, Oracle) = (cluster, board, oracle);

    public Cluster Cluster { get; }

    /// <summary>The first board.</summary>
    public BoardProcess Board { get; }

    public Oracle Oracle { get; }

    public Witness Witness => Oracle.Witness;

    /// <param name="leaseSeconds">Short where the test is about a lease's end, long where a slow machine must not bring it about.</param>
    /// <param name="lanes">The lane <c>work</c> when none is given.</param>
    /// <param name="prepare">Before the board is started.</param>
    /// <param name="broker">The board's link to its broker, made in <paramref name="prepare"/>.</param>
    public static async Task<FaultBench> StartAsync(
        int leaseSeconds, CreateLane[]? lanes = null, Action<Cluster>? prepare = null, Func<TcpProxy?>? broker = null)
    {
        var cluster = await Cluster.CreateAsync();
        try
        {
            cluster.Settings["Lease:Duration"] = TimeSpan.FromSeconds(leaseSeconds).ToString("c", CultureInfo.InvariantCulture);
            prepare?.Invoke(cluster);
            var board = await cluster.StartBoardAsync(broker?.Invoke());
            var oracle = await Oracle.WatchAsync(cluster);
            foreach (var lane in lanes ?? [new CreateLane(Lane)])
                await board.Api.AddLaneAsync(lane);
            return new FaultBench(cluster, board, oracle);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A worker that has heard of its registration: from here on the link may hold back every answer.</summary>
    public async Task<WorkerProcess> StartWorkerAsync(int slots, TcpProxy through)
    {
        var worker = await Cluster.StartWorkerAsync(new WorkerShape("worker", Lane, slots), through: through);
        await Eventually.Async(async () => (await Cluster.Api.WorkersAsync()).Single(w => w.Id == worker.Id) is var seen && seen.HeartbeatAt > seen.RegisteredAt);
        return worker;
    }

    /// <summary>A task whose runs tell the witness of their start and end.</summary>
    public Task<TaskView> AddAsync(string title, string work, string lane = Lane) =>
        Cluster.Api.AddTaskAsync(new CreateTask(title, lane, Body: Witness.Script(work)));

    /// <summary>Work that goes on until <see cref="Open"/>.</summary>
    public string Until(string gate) => Witness.TickUntil(Path.Combine(Cluster.Folder, gate));

    public void Open(string gate) => File.WriteAllText(Path.Combine(Cluster.Folder, gate), "");

    /// <summary>Waits until a run of the task has said this.</summary>
    /// <param name="token">Its lease; the first by default.</param>
    public Task SaidAsync(TaskView task, string what, long token = 1) =>
        Eventually.Async(() => Witness.Lines.Any(l => l.Task == task.Key && l.What == what && l.Token == token), TimeSpan.FromMinutes(2), $"{task.Key} has said {what} with token {token}");

    /// <summary>Waits until the task's newest run is as wanted.</summary>
    public Task<RunView> UntilRunAsync(TaskView task, Func<RunView, bool> wanted) => Eventually.ValueAsync(
        async () => (await RunsAsync(task)) is { Count: > 0 } runs && wanted(runs[^1]) ? runs[^1] : null, TimeSpan.FromMinutes(2), $"the newest run of {task.Key} is as wanted");

    /// <summary>Oldest first.</summary>
    public async Task<List<RunView>> RunsAsync(TaskView task) => [.. (await Cluster.Api.RunsAsync(task.Key)).OrderBy(r => r.Number)];

    /// <summary>Fails unless one run of the task was ever granted, the first, and that succeeded. Offers that were withdrawn don't count.</summary>
    public async Task RanOnceAsync(params TaskView[] tasks)
    {
        foreach (var task in tasks)
        {
            var run = Assert.Single(await RunsAsync(task), r => r.State != RunState.Withdrawn);
            Assert.Equal((task.Key, 1, RunState.Succeeded, 1L), (task.Key, run.Number, run.State, run.FencingToken));
            Assert.Equal((0, true), ((await Cluster.Api.TaskAsync(task.Key)).Task.Attempts, run.Late is null));
        }
    }

    /// <summary>One value from the database, behind the boards' backs.</summary>
    public async Task<T?> AskAsync<T>(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Cluster.Database);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
