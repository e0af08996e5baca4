using System.Net;

namespace Kanban.Bus.Tests.Hosting;

public sealed class EdgeTests
{
    [Theory]
    [InlineData("evil.test")]
    [InlineData("127.0.0.1.evil.test")]
    [InlineData("169.254.169.254")]
    public async Task On_loopback_a_foreign_host_name_gets_nothing(string host)
    {
        await using var board = await BoardServer.StartAsync();
        using var client = board.Client(board.AdminKey);
        foreach (var path in (string[])["/", "/api/v1/whoami", "/health/live", "/login?code=x"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = host } };
            Assert.Equal((400, "unknown-host"), await CodeAsync(await client.SendAsync(request)));
        }
    }

    [Fact]
    public async Task Localhost_and_the_hosts_of_the_settings_are_answered()
    {
        await using var board = await BoardServer.StartAsync([("Access:Hosts", "board.example")]);
        using var client = board.Client();
        foreach (var host in (string[])["localhost", "127.0.0.1:1234", "[::1]", "board.example"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live") { Headers = { Host = host } };
            Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(request)).StatusCode);
        }
    }

    [Fact]
    public async Task Every_answer_carries_the_security_headers_and_none_names_the_server()
    {
        await using var board = await BoardServer.StartAsync();
        using var client = board.Client();
        foreach (var path in (string[])["/", "/api/v1/whoami", "/nothing"])
        {
            var answer = await client.GetAsync(path);
            Assert.Contains("frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
            Assert.False(answer.Headers.Contains("Server"));
        }
    }

    [Theory]
    [InlineData("127.0.0.0/8", "https://")]
    [InlineData("10.0.0.1", "http://")]
    public async Task Only_a_trusted_proxy_may_say_that_the_browser_came_by_https(string trusted, string scheme)
    {
        await using var board = await BoardServer.StartAsync([("Access:TrustedProxies", trusted)]);
        using var client = board.Client(board.AdminKey);
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        var link = await client.PostAsync("/api/v1/login-links", null);
        Assert.Contains($"\"url\":\"{scheme}", await link.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_pages_are_open_and_say_how_to_get_the_dashboard_where_it_is_not_built()
    {
        await using var board = await BoardServer.StartAsync();
        using var client = board.Client();
        foreach (var path in (string[])["/", "/b/main", "/tasks/main-1", "/fleet"])
        {
            var answer = await client.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Matches("make dashboard|<html", await answer.Content.ReadAsStringAsync());
        }
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/../../etc/passwd")).StatusCode);
    }

    private static async Task<(int, string)> CodeAsync(HttpResponseMessage answer)
    {
        var problem = await Problem.ReadAsync(answer);
        return (problem.Status, problem.Code);
    }
}
