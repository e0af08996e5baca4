using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;

namespace Kanban.Bus.Benchmarks;

/// <summary>Servers of a benchmark's own, one board, and workers that carry nothing out: what is left is the board, the database and the broker.</summary>
public sealed class Installation : IAsyncDisposable
{
    public const string Lane = "load";

    private Installation(PostgresServer postgres, RabbitServer rabbit, Cluster cluster) => (Postgres, Rabbit, Cluster) = (postgres, rabbit, cluster);

    public PostgresServer Postgres { get; }
    public RabbitServer Rabbit { get; }
    public Cluster Cluster { get; }
    public BoardProcess Board { get; private set; } = null!;

    /// <summary>Default settings, but for those given and for what the board writes to its console.</summary>
    public static async Task<Installation> StartAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        var postgres = PostgresServer.StartNewAsync();
        var rabbit = RabbitServer.StartNewAsync();
        var installation = new Installation(await postgres, await rabbit, await Cluster.CreateAsync(await postgres, await rabbit));
        installation.Cluster.Settings.Clear();
        installation.Cluster.Settings["LogLevel"] = "warning";
        foreach (var (key, value) in settings ?? new Dictionary<string, string>())
            installation.Cluster.Settings[key] = value;
        installation.Board = await installation.Cluster.StartBoardAsync();
        return installation;
    }

    /// <summary>A lane whose runs succeed at once, and workers that serve it.</summary>
    public async Task ServeAsync(int workers, int slotsEach)
    {
        await Board.Api.AddLaneAsync(new CreateLane(Lane, Profile: Lane));
        await Task.WhenAll(Enumerable.Range(1, workers).Select(i => Cluster.StartWorkerAsync(new WorkerShape($"load-{i}", Lane, slotsEach)
        {
            Settings = new Dictionary<string, string> { [$"Profiles:{Lane}:Executor"] = "none", ["LogLevel"] = "Warning" },
        })));
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await Rabbit.DisposeAsync();
        await Postgres.DisposeAsync();
    }
}
