using Npgsql;

namespace Kanban.Bus.IntegrationTests.Servers;

public sealed class PostgresServerTests
{
    [NeedsServersFact]
    public async Task Databases_of_the_shared_server_are_apart()
    {
        var server = await SharedServers.PostgresAsync();
        var first = await server.CreateDatabaseAsync();
        var second = await server.CreateDatabaseAsync();

        await RunAsync(first, "CREATE TABLE only_here (id int)");

        await Assert.ThrowsAsync<PostgresException>(() => RunAsync(second, "SELECT * FROM only_here"));
    }

    [NeedsServersFact]
    public async Task A_committed_row_outlives_kill_9()
    {
        await using var server = await PostgresServer.StartNewAsync();
        var database = await server.CreateDatabaseAsync();
        await RunAsync(database, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (42)");

        await server.Kill9Async();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => RunAsync(database, "SELECT 1"));
        await server.StartAsync();

        Assert.Equal(42, await RunAsync(database, "SELECT id FROM kept"));
    }

    [NeedsServersFact]
    public async Task It_listens_on_loopback_alone_and_wants_a_password()
    {
        var server = await SharedServers.PostgresAsync();

        Assert.Equal(["127.0.0.1"], Listeners.AddressesOf(server.Port));
        var wrong = new NpgsqlConnectionStringBuilder(server.ConnectionString("postgres", pooling: false)) { Password = "wrong" };
        var refused = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(wrong.ConnectionString, "SELECT 1"));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
    }

    private static async Task<object?> RunAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
