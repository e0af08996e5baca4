using Kanban.Bus.Board.Storage;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Kanban.Bus.IntegrationTests.Storage;

/// <summary>A database of its own on the shared PostgreSQL, whose clock stands still until a test moves it.</summary>
public sealed class PostgresStore : TestStore
{
    private string _connection = "";
    private bool _started;

    public override async Task StartAsync()
    {
        _connection = await SharedServers.BoardDatabaseAsync();
        await base.StartAsync();
        await UseAsync(db => db.Database.ExecuteSqlRawAsync(
            """
            CREATE TABLE test_clock (at timestamptz NOT NULL);
            INSERT INTO test_clock VALUES ('2026-01-01 00:00:00Z');
            CREATE OR REPLACE FUNCTION kanban_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT at FROM test_clock';
            """));
        _started = true;
    }

    public override Task AdvanceAsync(TimeSpan by) => UseAsync(db => db.Database.ExecuteSqlAsync($"UPDATE test_clock SET at = at + {by}"));

    /// <summary>The database is a copy of one that was migrated; a test of its own shows what migrations make of an empty one.</summary>
    protected override Task MakeSchemaAsync() => Task.CompletedTask;

    protected override void AddStorage(IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddStorage(new StorageOptions { Provider = StorageProvider.Postgres, ConnectionString = _connection }, "");
    }

    public override async ValueTask DisposeAsync()
    {
        // The pool belongs to the connection string that the product made of ours. Hundreds of stores that each left a connection to idle would use up the server's.
        if (_started)
            await UseAsync(db =>
            {
                NpgsqlConnection.ClearPool((NpgsqlConnection)db.Database.GetDbConnection());
                return Task.CompletedTask;
            });
        await base.DisposeAsync();
    }
}
