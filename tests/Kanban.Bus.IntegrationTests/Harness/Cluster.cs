using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;
using Npgsql;

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
    private readonly List<TcpProxy> _links = [];

    private Cluster(string database, string broker, RabbitServer rabbit)
    {
        Database = database;
        Broker = broker;
        Rabbit = rabbit;
    }

    /// <summary>Connection string of the boards' database.</summary>
    public string Database { get; }

    /// <summary>The boards' <c>amqp://</c> address.</summary>
    public string Broker { get; }

    /// <summary>The server that <see cref="Broker"/> is on.</summary>
    public RabbitServer Rabbit { get; }

    /// <summary>The virtual host's name, for <see cref="RabbitManagement"/>.</summary>
    public string VirtualHost => new Uri(Broker).AbsolutePath.TrimStart('/');

    /// <summary>Folder of all the processes' files and logs; for witness files too.</summary>
    public string Folder => _guard.Folder;

    public string AdminKey { get; } = "admin-" + Guid.CreateVersion7().ToString("N") + Guid.CreateVersion7().ToString("N");

    public string WorkerKey { get; } = "kbw_" + Guid.CreateVersion7().ToString("N") + Guid.CreateVersion7().ToString("N");

    /// <summary>Settings for every board started from here on, such as <c>Lease:Duration</c>. Preset: a lease of 6 s and a heartbeat each second, so that tests of lost workers are short.</summary>
    public Dictionary<string, string> Settings { get; } = new()
    {
        ["Lease:Duration"] = "00:00:06",
        ["Lease:Heartbeat"] = "00:00:01",
    };

    public IReadOnlyList<BoardProcess> Boards => _boards;

    public IReadOnlyList<WorkerProcess> Workers => _workers;

    /// <summary>The API of the first board that runs.</summary>
    public BoardApi Api => (_boards.Find(b => b.IsRunning) ?? _boards[0]).Api;

    /// <summary>A cluster on the shared servers.</summary>
    public static async Task<Cluster> CreateAsync()
    {
        var database = SharedServers.BoardDatabaseAsync();
        var rabbit = await SharedServers.RabbitAsync();
        return new(await database, await rabbit.CreateVirtualHostAsync(), rabbit);
    }

    /// <summary>A cluster on servers of the test's own, which it may kill.</summary>
    public static async Task<Cluster> CreateAsync(PostgresServer postgres, RabbitServer rabbit) =>
        new(await postgres.CreateDatabaseAsync(), await rabbit.CreateVirtualHostAsync(), rabbit);

    /// <summary>A link that the test can cut, to whatever listens at this address: a board, or this cluster's broker or database.</summary>
    public TcpProxy Link(string address)
    {
        var link = new TcpProxy(address.Contains("://", StringComparison.Ordinal) ? new Uri(address).Port : new NpgsqlConnectionStringBuilder(address).Port);
        _links.Add(link);
        return link;
    }

    /// <summary>A board that is not started yet.</summary>
    /// <param name="broker">Its link to the broker, a <see cref="Link"/> to <see cref="Broker"/>; workers have their own, see <see cref="WorkersBroker"/>.</param>
    /// <param name="database">Its link to the database.</param>
    public BoardProcess AddBoard(TcpProxy? broker = null, TcpProxy? database = null)
    {
        var settings = new Dictionary<string, string>(Settings)
        {
            ["Storage:Provider"] = "postgres",
            ["Storage:ConnectionString"] = database?.OfDatabase(Database) ?? Database,
            ["Transport:Provider"] = "rabbitmq",
            ["Transport:Uri"] = broker?.Of(Broker) ?? Broker,
            ["Transport:WorkerUri"] = WorkersBroker?.Of(Broker) ?? Broker,
            ["Access:WorkerKey"] = WorkerKey,
        };
        var board = new BoardProcess(Folder, $"board-{_boards.Count + 1}", AdminKey, settings);
        _boards.Add(board);
        return board;
    }

    /// <summary>The workers' link to the broker, for the boards started from here on: they tell it to their workers.</summary>
    public TcpProxy? WorkersBroker { get; set; }

    /// <summary>A board that is ready.</summary>
    public async Task<BoardProcess> StartBoardAsync(TcpProxy? broker = null, TcpProxy? database = null)
    {
        var board = AddBoard(broker, database);
        await board.StartAsync();
        return board;
    }

    /// <summary>A worker that has registered.</summary>
    /// <param name="board">The board it talks to; the first by default.</param>
    /// <param name="through">Its link to that board, a <see cref="Link"/> to the board's address.</param>
    public async Task<WorkerProcess> StartWorkerAsync(WorkerShape shape, BoardProcess? board = null, TcpProxy? through = null)
    {
        var worker = LaunchWorker(shape, board, through);
        await Eventually.Async(
            async () => worker.HasExited || await Api.WorkerIsLiveAsync(shape.Id),
            within: TimeSpan.FromMinutes(2),
            text: $"worker {shape.Id} has registered. Its log:\n{Folder}/worker-{shape.Id}.log");
        return worker.HasExited ? throw new InvalidOperationException($"Worker {shape.Id} ended while it started:\n{worker.Log}") : worker;
    }

    /// <summary>A worker that may not get as far as to register.</summary>
    public WorkerProcess LaunchWorker(WorkerShape shape, BoardProcess? board = null, TcpProxy? through = null)
    {
        var url = (board ?? _boards[0]).Url;
        var worker = new WorkerProcess(Folder, shape, through?.Of(url) ?? url, WorkerKey);
        _workers.Add(worker);
        worker.Launch();
        return worker;
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
        foreach (var link in _links)
            await link.DisposeAsync();
        _guard.Dispose();
    }
}
