using System.Net;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.IntegrationTests.Hosting;

public sealed class PostgresStartTests
{
    [NeedsServersFact]
    public async Task Replicas_that_start_together_on_an_empty_database_migrate_once_and_make_one_admin_key()
    {
        var server = await SharedServers.PostgresAsync();
        var settings = Settings(await server.CreateDatabaseAsync());
        var boards = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => BoardServer.StartAsync(settings)));
        try
        {
            Assert.Equal(1, await boards[0].UseAsync(db => db.Tokens.CountAsync(t => t.Kind == TokenKind.Admin)));
            var holder = Assert.Single(boards, b => File.Exists(Path.Combine(b.Home, "admin.key")));
            foreach (var board in boards)
                Assert.Equal(HttpStatusCode.OK, (await board.Client(holder.AdminKey).GetAsync("/api/v1/whoami")).StatusCode);
        }
        finally
        {
            foreach (var board in boards)
                await board.DisposeAsync();
        }
    }

    [NeedsServersFact]
    public async Task A_database_that_is_away_at_the_start_is_waited_for()
    {
        await using var server = await PostgresServer.StartNewAsync();
        var connection = await server.CreateDatabaseAsync();
        await server.StopAsync();
        await using var board = await BoardServer.StartAsync(Settings(connection), ready: false);
        using var client = board.Client();

        var answer = await client.GetAsync("/api/v1/whoami");
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal((503, "starting"), await CodeAsync(answer));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);
        var readiness = board.App.Services.GetRequiredService<BoardReadiness>();
        await Eventually.Async(() => readiness.Waiting.Contains($"127.0.0.1:{server.Port}/", StringComparison.Ordinal));
        Assert.DoesNotContain("Password", readiness.Waiting, StringComparison.OrdinalIgnoreCase);

        await server.StartAsync();
        await Eventually.Async(async () => (await client.GetAsync("/health/ready")).StatusCode == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await board.Client(board.AdminKey).GetAsync("/api/v1/whoami")).StatusCode);
    }

    [NeedsServersFact]
    public async Task A_database_that_goes_away_is_503_until_it_is_back_and_the_process_lives_on()
    {
        await using var server = await PostgresServer.StartNewAsync();
        await using var board = await BoardServer.StartAsync(Settings(await server.CreateDatabaseAsync()));
        using var admin = board.Client(board.AdminKey);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/api/v1/tokens")).StatusCode);

        await server.Kill9Async();
        for (var i = 0; i < 3; i++)
        {
            var answer = await admin.GetAsync("/api/v1/tokens");
            Assert.NotNull(answer.Headers.RetryAfter);
            Assert.Equal((503, "unavailable"), await CodeAsync(answer));
        }
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await admin.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/health/live")).StatusCode);

        await server.StartAsync();
        await Eventually.Async(async () => (await admin.GetAsync("/api/v1/tokens")).StatusCode == HttpStatusCode.OK);
        await Eventually.Async(async () => (await admin.GetAsync("/health/ready")).StatusCode == HttpStatusCode.OK);
    }

    private static List<(string, string)> Settings(string connection) =>
        [("Storage:Provider", "postgres"), ("Storage:ConnectionString", connection)];

    private static async Task<(int, string)> CodeAsync(HttpResponseMessage answer)
    {
        var problem = await Problem.ReadAsync(answer);
        return (problem.Status, problem.Code);
    }
}
