using System.Net;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Access;

public sealed class LoginTests
{
    [Fact]
    public async Task A_login_link_logs_in_one_browser_once_even_when_ten_follow_it_together()
    {
        await using var board = await BoardServer.StartAsync();
        var link = await board.App.Services.GetRequiredService<LoginLinks>().CreateAsync();
        Assert.StartsWith(board.Url + "/login?code=kbl_", link.Url, StringComparison.Ordinal);

        using var client = board.Client();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => client.GetAsync(link.Url)));
        var welcome = Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Found);
        Assert.All(answers.Where(a => a != welcome), a => Assert.Equal(HttpStatusCode.Gone, a.StatusCode));

        Assert.Equal("/", welcome.Headers.Location!.ToString());
        var cookie = Assert.Single(welcome.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        var who = await board.Client(cookie: ValueOf(cookie)).GetStringAsync("/api/v1/whoami");
        Assert.Contains("\"kind\":\"browser\"", who, StringComparison.Ordinal);
        Assert.Contains("\"name\":\"browser:board\"", who, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_link_is_no_good_after_an_hour_and_the_session_after_thirty_days()
    {
        var clock = new FakeClock();
        await using var board = await BoardServer.StartAsync(configure: b => b.Services.AddSingleton<TimeProvider>(clock));
        using var client = board.Client();
        var links = board.App.Services.GetRequiredService<LoginLinks>();
        var late = await links.CreateAsync("key:ann");
        var used = await client.GetAsync((await links.CreateAsync("key:ann")).Url);
        using var browser = board.Client(cookie: ValueOf(used.Headers.GetValues("Set-Cookie").Single()));

        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(HttpStatusCode.Gone, (await client.GetAsync(late.Url)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/v1/whoami")).StatusCode);
        clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/v1/whoami")).StatusCode);
    }

    [Fact]
    public async Task An_admin_key_opens_a_session_that_logging_out_ends()
    {
        await using var board = await BoardServer.StartAsync();
        using var client = board.Client();
        var started = await client.PostAsync("/api/v1/session", BoardServer.JsonBody($$"""{"token":"{{board.AdminKey}}"}"""));
        Assert.Equal(HttpStatusCode.NoContent, started.StatusCode);

        using var browser = board.Client(cookie: ValueOf(started.Headers.GetValues("Set-Cookie").Single()));
        browser.DefaultRequestHeaders.Add("Origin", board.Url);
        Assert.Equal(HttpStatusCode.NoContent, (await browser.DeleteAsync("/api/v1/session")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/v1/whoami")).StatusCode);
        Assert.Equal(
            [EventTypes.TokenCreated, EventTypes.TokenCreated, EventTypes.TokenRevoked],
            await board.UseAsync(db => db.Events.OrderBy(e => e.Seq).Select(e => e.Type).ToListAsync()));
    }

    [Theory]
    [InlineData("kbk_wrong", null, 401)]
    [InlineData(null, "https://evil.test", 403)]
    public async Task A_session_starts_neither_with_a_wrong_key_nor_from_another_site(string? key, string? origin, int status)
    {
        await using var board = await BoardServer.StartAsync();
        using var client = board.Client();
        if (origin is not null)
            client.DefaultRequestHeaders.Add("Origin", origin);
        var answer = await client.PostAsync("/api/v1/session", BoardServer.JsonBody($$"""{"token":"{{key ?? board.AdminKey}}"}"""));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    private static string ValueOf(string cookie) => cookie["kanban-session=".Length..cookie.IndexOf(';', StringComparison.Ordinal)];
}
