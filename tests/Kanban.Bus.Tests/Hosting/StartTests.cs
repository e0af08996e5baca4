using System.Net;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Tests.Harness;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Hosting;

public sealed class StartTests
{
    [Fact]
    public async Task While_the_database_is_away_calls_get_503_and_health_tells_live_from_ready()
    {
        var home = Directory.CreateTempSubdirectory("kanban-away-").FullName;
        var missing = Path.Combine(home, "later", "kanban.db");
        await using var board = await BoardServer.StartAsync([("Storage:ConnectionString", $"Data Source={missing}")], home: home, ready: false);
        using var client = board.Client();

        foreach (var path in (string[])["/api/v1/whoami", "/login?code=x", "/openapi/v1.json"])
        {
            var answer = await client.GetAsync(path);
            var problem = await Problem.ReadAsync(answer);
            Assert.Equal((503, "starting"), (problem.Status, problem.Code));
            Assert.NotNull(answer.Headers.RetryAfter);
        }
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/")).StatusCode);

        Directory.CreateDirectory(Path.GetDirectoryName(missing)!);
        await Eventually.Async(async () => (await client.GetAsync("/health/ready")).StatusCode == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/v1/whoami")).StatusCode);
    }

    [Fact]
    public async Task A_second_board_on_the_same_file_gives_up_and_says_why()
    {
        await using var first = await BoardServer.StartAsync();
        await using var second = await BoardServer.StartAsync(home: first.Home, ready: false);
        var readiness = second.App.Services.GetRequiredService<BoardReadiness>();
        await Eventually.Async(() => readiness.Failure is not null);
        Assert.Contains("Another board runs on", readiness.Failure, StringComparison.Ordinal);
        Assert.False(readiness.IsReady);
    }

    [Fact]
    public async Task A_board_that_was_killed_while_it_migrated_starts_again()
    {
        var home = Directory.CreateTempSubdirectory("kanban-killed-").FullName;
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(home, "kanban.db")}"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = """CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL PRIMARY KEY, "Timestamp" TEXT NOT NULL); INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01');""";
            await command.ExecuteNonQueryAsync();
        }
        await using var board = await BoardServer.StartAsync(home: home);
        Assert.Empty(await board.UseAsync(db => db.Database.GetPendingMigrationsAsync()));
    }

    [Fact]
    public async Task Ready_tells_strangers_nothing_and_an_admin_what_it_runs_on()
    {
        await using var board = await BoardServer.StartAsync();
        Assert.DoesNotContain("sqlite", await board.Client().GetStringAsync("/health/ready"), StringComparison.Ordinal);
        Assert.Contains("sqlite", await board.Client(board.AdminKey).GetStringAsync("/health/ready"), StringComparison.Ordinal);
    }
}
