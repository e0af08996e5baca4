using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Kanban.Bus.Board.Storage;

/// <summary>Prepares each SQLite connection: the clock that SQL reads, waiting for locks, and commits that survive a power cut.</summary>
public sealed class SqliteConnectionSetup(TimeProvider clock) : DbConnectionInterceptor
{
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Prepare((SqliteConnection)connection);

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Prepare((SqliteConnection)connection);
        return Task.CompletedTask;
    }

    private void Prepare(SqliteConnection connection)
    {
        connection.CreateFunction("kanban_now", () => clock.GetUtcNow().ToUnixTimeMilliseconds());
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=10000; PRAGMA foreign_keys=ON;";
        command.ExecuteNonQuery();
    }
}
