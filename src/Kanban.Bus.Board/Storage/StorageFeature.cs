using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Events;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Kanban.Bus.Board.Storage;

/// <summary>The one place that chooses the database.</summary>
public static class StorageFeature
{
    public static IServiceCollection AddStorage(this IServiceCollection services, StorageOptions storage, string home)
    {
        services.AddSingleton<AdmissionSignal>().AddSingleton<EventSignal>().AddSingleton<CommitSignals>().AddScoped<PoolChoice>();
        return storage.Provider is StorageProvider.Postgres ? services.AddPostgres(storage) : services.AddSqlite(storage, home);
    }

    /// <summary>The database file of a board on SQLite.</summary>
    public static string SqliteFile(StorageOptions storage, string home) => Path.GetFullPath(
        storage.ConnectionString is { } given ? new SqliteConnectionStringBuilder(given).DataSource : Path.Combine(home, "kanban.db"));

    private static IServiceCollection AddPostgres(this IServiceCollection services, StorageOptions storage)
    {
        // The contexts themselves are pooled; each scope that takes one says where its connections come from.
        var pages = Postgres(storage, "kanban-board", storage.MaxConnections - storage.LeaseConnections);
        // A bitmap never clears an index of the entries of dead rows, which the index of live runs is full of.
        var leases = Postgres(storage, "kanban-leases", storage.LeaseConnections, " -c enable_bitmapscan=off");
        services.AddDbContextPool<PostgresBoardDbContext>((provider, options) => options
            .UseNpgsql(pages)
            .AddInterceptors(provider.GetRequiredService<CommitSignals>())
            .Quiet());
        services.AddScoped<BoardDbContext>(provider =>
        {
            var db = provider.GetRequiredService<PostgresBoardDbContext>();
            db.Database.SetConnectionString(provider.GetRequiredService<PoolChoice>().ForLeases ? leases : pages);
            return db;
        });
        return services;
    }

    /// <summary>The few connections that schedules are fired by, beside those of <see cref="StorageOptions.MaxConnections"/> and only while there are schedules.</summary>
    public static string ForSchedules(StorageOptions storage) => Postgres(storage, "kanban-schedules", connections: 3);

    private static string Postgres(StorageOptions storage, string name, int connections, string settings = "") => new NpgsqlConnectionStringBuilder(storage.ConnectionString)
    {
        MaxPoolSize = connections,
        ApplicationName = name,
        // Nothing that hangs may hold a caller, a row's lock or a connection for long. The server gives up before the driver does, so that its reason is told.
        // Statements here are short and look rows up by an index. A plan made while the tables were small, or while all runs were live, would go through whole
        // tables for as long as it is kept; and to compile a statement, or to start processes for it, would cost more than it does.
        Options = "-c statement_timeout=9s -c lock_timeout=8s -c idle_in_transaction_session_timeout=15s -c enable_seqscan=off -c jit=off -c max_parallel_workers_per_gather=0" + settings,
        CommandTimeout = 10,
        Timeout = 5,
        // The same hundred statements come again and again: parsed and planned once per connection.
        MaxAutoPrepare = 200,
        AutoPrepareMinUsages = 3,
        // Nothing is ever set for a session that a later user of the connection could find.
        NoResetOnClose = true,
    }.ConnectionString;

    private static IServiceCollection AddSqlite(this IServiceCollection services, StorageOptions storage, string home)
    {
        var connection = new SqliteConnectionStringBuilder(storage.ConnectionString ?? "") { DataSource = SqliteFile(storage, home) };
        services.AddSingleton<SqliteConnectionSetup>();
        services.AddDbContextPool<BoardDbContext, SqliteBoardDbContext>((provider, options) => options
            .UseSqlite(connection.ConnectionString)
            .AddInterceptors(provider.GetRequiredService<SqliteConnectionSetup>(), provider.GetRequiredService<CommitSignals>())
            .Quiet());
        return services;
    }

    private static void Quiet(this DbContextOptionsBuilder options) => options.ConfigureWarnings(warnings => warnings
        // Callers log or answer what fails; a race for a unique key is an expected outcome.
        .Ignore(CoreEventId.SaveChangesFailed)
        .Log((RelationalEventId.CommandError, LogLevel.Debug), (RelationalEventId.CommandExecuted, LogLevel.Trace))
        // Migrations are SQL written by hand; a test proves that they yield the model's schema.
        .Ignore(RelationalEventId.PendingModelChangesWarning));
}
