using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Harness;

/// <summary>
/// A whole installation for one test: a database and a virtual host of its own, and the boards and workers that the test
/// starts, each a process. When it is disposed, none of them is left.
/// </summary>
public sealed class Cluster : IAsyncDisposable
{
    private readonly Guard _guard = new("cluster");
    private readonly List<BoardProcess> _boards = [];
    private readonly List<WorkerProcess> _workers = [];

    private Cluster(string database, string broker)
    {
        Database = database;
        Broker = broker;
    }

    /// <summary>Connection string of the boards' database.</summary>
    public string Database { get; }

    /// <summary>The boards' <c>amqp://</c> address.</summary>
    public string Broker { get; }

    /// <summary>The virtual host's name, for <see cref="RabbitManagement"/>.</summary>
    public string VirtualHost => new Uri(Broker).AbsolutePath.TrimStart('/');

    /// <summary>Folder of all the processes' files and logs; for witness files too.</summary>
    public string Folder => _guard.Folder;

    public string AdminKey { get; } = "admin-" + Guid.CreateVersion7().ToString("N") + Guid.CreateVersion7().ToString("N");

    public string WorkerKey { get; } = "worker-" + Guid.CreateVersion7().ToString("N") + Guid.CreateVersion7().ToString("N");

    /// <summary>Settings for every board started from here on, such as <c>Lease:Duration</c>. Preset: a lease of 6 s and a heartbeat each second, so that tests of lost workers are short.</summary>
    public Dictionary<string, string> Settings { get; } = new()
    {
        ["Lease:Duration"] = "00:00:06",
        ["Lease:Heartbeat"] = "00:00:01",
    };

    /// <summary>The first board's API.</summary>
    public BoardApi Api => _boards[0].Api;

    /// <summary>A cluster on the shared servers.</summary>
    public static async Task<Cluster> CreateAsync()
    {
        var postgres = SharedServers.PostgresAsync();
        var rabbit = SharedServers.RabbitAsync();
        return await CreateAsync(await postgres, await rabbit);
    }

    /// <summary>A cluster on servers of the test's own, which it may kill.</summary>
    public static async Task<Cluster> CreateAsync(PostgresServer postgres, RabbitServer rabbit) =>
        new(await postgres.CreateDatabaseAsync(), await rabbit.CreateVirtualHostAsync());

    /// <summary>A board that is not started yet.</summary>
    public BoardProcess AddBoard()
    {
        var settings = new Dictionary<string, string>(Settings)
        {
            ["Storage:Provider"] = "postgres",
            ["Storage:ConnectionString"] = Database,
            ["Transport:Provider"] = "rabbitmq",
            ["Transport:Uri"] = Broker,
            ["Access:WorkerKey"] = WorkerKey,
        };
        var board = new BoardProcess(Folder, $"board-{_boards.Count + 1}", AdminKey, settings);
        _boards.Add(board);
        return board;
    }

    /// <summary>A board that is ready.</summary>
    public async Task<BoardProcess> StartBoardAsync()
    {
        var board = AddBoard();
        await board.StartAsync();
        return board;
    }

    /// <summary>A worker that has registered.</summary>
    /// <param name="board">The board it talks to; the first by default.</param>
    public async Task<WorkerProcess> StartWorkerAsync(WorkerShape shape, BoardProcess? board = null)
    {
        var worker = new WorkerProcess(Folder, shape, (board ?? _boards[0]).Url, WorkerKey);
        _workers.Add(worker);
        worker.Launch();
        await Eventually.Async(
            async () => worker.HasExited || await Api.WorkerIsLiveAsync(shape.Id),
            within: TimeSpan.FromSeconds(30),
            text: $"worker {shape.Id} has registered. Its log:\n{Folder}/worker-{shape.Id}.log");
        return worker.HasExited ? throw new InvalidOperationException($"Worker {shape.Id} ended while it started:\n{worker.Log}") : worker;
    }

    /// <summary>Waits until a task has this status.</summary>
    public Task<TaskDetail> UntilAsync(string key, Status status, TimeSpan? within = null) =>
        Eventually.ValueAsync(
            async () => await Api.TaskAsync(key) is { } detail && detail.Task.Status == status ? detail : null, within, $"{key} is {status}");

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
            await worker.DisposeAsync();
        foreach (var board in _boards)
            await board.DisposeAsync();
        _guard.Dispose();
    }
}
