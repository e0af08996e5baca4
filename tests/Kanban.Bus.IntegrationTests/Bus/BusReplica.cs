using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.IntegrationTests.Servers;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.IntegrationTests.Bus;

/// <summary>What one board replica does on the broker, over a real database and without its API.</summary>
internal sealed class BusReplica : IAsyncDisposable
{
    private readonly IHost _host;

    private BusReplica(IHost host) => _host = host;

    public IOfferBus Bus => _host.Services.GetRequiredService<IOfferBus>();

    public EventSignal Events => _host.Services.GetRequiredService<EventSignal>();

    /// <summary>A new, empty database for one replica or several.</summary>
    public static async Task<string> NewDatabaseAsync()
    {
        var server = await SharedServers.PostgresAsync();
        return await server.CreateDatabaseAsync();
    }

    /// <param name="lanes">Made when missing.</param>
    public static async Task<BusReplica> StartAsync(string database, string broker, params string[] lanes)
    {
        var options = new BoardOptions
        {
            Storage = new StorageOptions { Provider = StorageProvider.Postgres, ConnectionString = database },
            Transport = new TransportOptions { Provider = TransportProvider.Rabbitmq, Uri = broker },
        };
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(TimeProvider.System).AddBoardOptions(options).AddStorage(options.Storage, "").AddBus(options);
        var replica = new BusReplica(builder.Build());
        await replica.UseAsync(async db =>
        {
            await db.Database.MigrateAsync();
            foreach (var lane in lanes)
                if (!await db.Lanes.AnyAsync(l => l.Name == lane))
                    db.Lanes.Add(new Lane { Name = lane });
            await db.SaveChangesAsync();
        });
        replica._host.Services.GetRequiredService<BoardReadiness>().MarkReady();
        await replica._host.StartAsync();
        return replica;
    }

    public async Task UseAsync(Func<BoardDbContext, Task> use)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        await use(scope.ServiceProvider.GetRequiredService<BoardDbContext>());
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
