using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Kanban.Bus.Board.Hosting;

/// <summary>Waits for the database, brings its schema to this version, makes the first keys, and only then lets calls through.</summary>
/// <remarks>The server listens meanwhile and answers 503, so that callers are told to come back instead of being refused a connection.</remarks>
internal sealed class DatabaseStart(
    IServiceScopeFactory scopes, BoardOptions options, BoardReadiness readiness, AdminKeys keys,
    IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<DatabaseStart> log) : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(30);

    private SqliteFileLock? _fileLock;

    public override void Dispose()
    {
        _fileLock?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var since = clock.GetUtcNow();
        var said = DateTimeOffset.MinValue;
        var pause = TimeSpan.FromMilliseconds(250);
        while (true)
        {
            try
            {
                await PrepareAsync(stoppingToken);
                return;
            }
            catch (SettingsException error)
            {
                GiveUp(error.Message);
                return;
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested && IsWorthWaiting(error))
            {
                readiness.Waiting = $"The board waits for its database at {Address} since {since:HH:mm:ss}Z.";
                if (clock.GetUtcNow() - said >= BetweenLines)
                {
                    said = clock.GetUtcNow();
                    log.Waiting(Address, since, error.GetBaseException().Message);
                }
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                log.Broken(error, Address);
                GiveUp($"The database at {Address} can't be brought to this version's schema: {error.GetBaseException().Message}");
                return;
            }
            await Task.Delay(pause, clock, stoppingToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>Where the database is, for people: no password, no user.</summary>
    private string Address { get; } = options.Storage.Provider is StorageProvider.Postgres
        ? AddressOf(new NpgsqlConnectionStringBuilder(options.Storage.ConnectionString))
        : StorageFeature.SqliteFile(options.Storage, options.Home);

    private async Task PrepareAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BoardDbContext>();
        if (db is SqliteBoardDbContext)
        {
            BoardHome.Create(options.Home);
            _fileLock ??= SqliteFileLock.Take(Address);
            await SqliteFileLock.ForgetKilledMigrationAsync(db, ct);
            await db.Database.MigrateAsync(ct);
        }
        else
        {
            await MigratePostgresAsync(db, ct);
        }
        await keys.EnsureAsync(db, ct);
        if (options is { Storage.Provider: StorageProvider.Postgres, Transport.Provider: TransportProvider.Memory })
            log.OneReplica();
        readiness.MarkReady();
        log.Ready(BoardVersion.Text, Address, options.Transport.Provider);
    }

    /// <summary>Replicas that start together take turns: EF's own lock is on a table that the first of them has yet to make.</summary>
    private static async Task MigratePostgresAsync(BoardDbContext db, CancellationToken ct)
    {
        const long key = 0x6b616e62616e; // "kanban"
        await db.Database.OpenConnectionAsync(ct);
        try
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({key})", ct);
            try
            {
                // A step of the schema takes as long as it takes.
                await db.Database.ExecuteSqlAsync($"SET statement_timeout = 0", ct);
                db.Database.SetCommandTimeout(0);
                await db.Database.MigrateAsync(ct);
            }
            finally
            {
                db.Database.SetCommandTimeout(null);
                await db.Database.ExecuteSqlAsync($"RESET statement_timeout", CancellationToken.None);
                await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({key})", CancellationToken.None);
            }
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    /// <summary>The server is away, starts, has another replica's lock to wait for, or lacks a database or a right that somebody can still give it.</summary>
    private static bool IsWorthWaiting(Exception error) => error.GetBaseException() switch
    {
        PostgresException server => server.IsTransient
            || server.SqlState[..2] is "28" or "3D" or "53" or "57" or "55" or "08"
            || server.SqlState is PostgresErrorCodes.QueryCanceled,
        SqliteException file => file.SqliteErrorCode is SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED or SQLitePCL.raw.SQLITE_CANTOPEN or SQLitePCL.raw.SQLITE_FULL or SQLitePCL.raw.SQLITE_IOERR or SQLitePCL.raw.SQLITE_READONLY,
        System.Net.Sockets.SocketException or TimeoutException or IOException or NpgsqlException or UnauthorizedAccessException => true,
        _ => false,
    };

    private void GiveUp(string sentence)
    {
        log.GaveUp(sentence);
        readiness.Failure = sentence;
        lifetime.StopApplication();
    }

    private static string AddressOf(NpgsqlConnectionStringBuilder connection) => $"{connection.Host}:{connection.Port}/{connection.Database ?? connection.Username}";
}

internal static partial class DatabaseStartLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for the database at {Address} since {Since:HH:mm:ss}Z: {Reason}")]
    public static partial void Waiting(this ILogger<DatabaseStart> log, string address, DateTimeOffset since, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Kanban.Bus {Version} is ready, with the database at {Address} and transport {Transport}.")]
    public static partial void Ready(this ILogger<DatabaseStart> log, string version, string address, TransportProvider transport);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Transport:Provider is memory: offers reach only workers of this process, so run one replica.")]
    public static partial void OneReplica(this ILogger<DatabaseStart> log);

    [LoggerMessage(Level = LogLevel.Error, Message = "The database at {Address} can't be used.")]
    public static partial void Broken(this ILogger<DatabaseStart> log, Exception error, string address);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Sentence} The board stops.")]
    public static partial void GaveUp(this ILogger<DatabaseStart> log, string sentence);
}
