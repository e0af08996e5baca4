using Kanban.Bus.Board.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Kanban.Bus.IntegrationTests.Servers;

/// <summary>One server of each kind per test process, started when first asked for and ended with the process.</summary>
/// <remarks>
/// Tests part by database and virtual host, so that classes run in parallel. A test that kills or freezes a server takes
/// one of its own by <c>StartNewAsync</c>.
/// </remarks>
public static class SharedServers
{
    private static readonly Lazy<Task<PostgresServer>> Postgres = new(PostgresServer.StartNewAsync);
    private static readonly Lazy<Task<RabbitServer>> Rabbit = new(() => RabbitServer.StartNewAsync());

    /// <summary>The name of a database with the board's schema, migrated once for all tests.</summary>
    private static readonly Lazy<Task<string>> Migrated = new(MigrateAsync);

    static SharedServers() => AppDomain.CurrentDomain.ProcessExit += (_, _) => End();

    public static Task<PostgresServer> PostgresAsync() => Postgres.Value;

    public static Task<RabbitServer> RabbitAsync() => Rabbit.Value;

    /// <summary>A new database on the shared server with the board's schema, and nothing else in it.</summary>
    /// <returns>Its connection string.</returns>
    public static async Task<string> BoardDatabaseAsync() => await (await PostgresAsync()).CreateDatabaseAsync(await Migrated.Value);

    private static async Task<string> MigrateAsync()
    {
        var connection = await (await PostgresAsync()).CreateDatabaseAsync();
        await using var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System)
            .AddStorage(new StorageOptions { Provider = StorageProvider.Postgres, ConnectionString = connection }, "").BuildServiceProvider();
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BoardDbContext>();
        await db.Database.MigrateAsync();
        NpgsqlConnection.ClearPool((NpgsqlConnection)db.Database.GetDbConnection());
        return new NpgsqlConnectionStringBuilder(connection).Database!;
    }

    // Where this does not run, or does not finish, the guards do the same.
    private static void End()
    {
        foreach (var server in (IAsyncDisposable?[])[Started(Postgres), Started(Rabbit)])
            server?.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(5));
    }

    private static T? Started<T>(Lazy<Task<T>> server)
        where T : class =>
        server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true } ? server.Value.Result : null;
}
