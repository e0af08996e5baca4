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
        services.AddSingleton<AdmissionSignal>().AddSingleton<EventSignal>().AddSingleton<CommitSignals>();
        return storage.Provider is StorageProvider.Postgres ? services.AddPostgres(storage) : services.AddSqlite(storage, home);
    }

    /// <summary>The database file of a board on SQLite.</summary>
    public static string SqliteFile(StorageOptions storage, string home) => Path.GetFullPath(
        storage.ConnectionString is { } given ? new SqliteConnectionStringBuilder(given).DataSource : Path.Combine(home, "kanban.db"));

    private static IServiceCollection AddPostgres(this IServiceCollection services, StorageOptions storage)
    {
        var connection = new NpgsqlConnectionStringBuilder(storage.ConnectionString)
        {
            MaxPoolSize = storage.MaxConnections,
            ApplicationName = "kanban-board",
            // A statement that hangs must not hold a lease's renewal behind it.
            CommandTimeout = 10,
            Timeout = 5,
            Options = "-c lock_timeout=8s -c idle_in_transaction_session_timeout=15s",
        };
        services.AddDbContextPool<BoardDbContext, PostgresBoardDbContext>((provider, options) => options
            .UseNpgsql(connection.ConnectionString)
            .AddInterceptors(provider.GetRequiredService<CommitSignals>())
            .Quiet());
        return services;
    }

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
