using System.Net;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Access;

public sealed class KeyTests
{
    private const string Key = "an-admin-key-of-my-own-0123456789";
    private const string OtherKey = "another-admin-key-of-my-own-01234";

    [Fact]
    public async Task The_first_start_writes_a_key_for_its_owner_alone_and_later_starts_keep_it()
    {
        var home = Directory.CreateTempSubdirectory("kanban-key-").FullName;
        string key;
        await using (var board = await BoardServer.StartAsync(home: home))
        {
            key = board.AdminKey;
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(home, "admin.key")));
            Assert.Equal(["admin.key"], Directory.GetFiles(home, "admin*").Select(Path.GetFileName));
        }
        await using var again = await BoardServer.StartAsync(home: home);
        Assert.Equal(key, again.AdminKey);
        Assert.Equal(HttpStatusCode.OK, await WhoAsync(again, key));
        Assert.Equal(1, await again.UseAsync(db => db.Tokens.CountAsync()));
    }

    [Fact]
    public async Task A_key_that_was_written_before_a_crash_is_the_key_of_the_next_start()
    {
        var home = Directory.CreateTempSubdirectory("kanban-key-").FullName;
        const string written = "kbk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        await File.WriteAllTextAsync(Path.Combine(home, "admin.key"), written + "\n");
        await using var board = await BoardServer.StartAsync(home: home);
        Assert.Equal(HttpStatusCode.OK, await WhoAsync(board, written));
    }

    [Fact]
    public async Task A_key_of_the_settings_works_is_replaced_with_them_and_ends_when_they_drop_it()
    {
        var home = Directory.CreateTempSubdirectory("kanban-key-").FullName;
        await using (var board = await BoardServer.StartAsync([("Access:AdminKey", Key)], home: home))
        {
            Assert.Equal(HttpStatusCode.OK, await WhoAsync(board, Key));
            Assert.False(File.Exists(Path.Combine(home, "admin.key")));
            var id = await board.UseAsync(db => db.Tokens.Select(t => t.Id).SingleAsync());
            var refused = await Problem.ReadAsync(await board.Client(Key).DeleteAsync($"/api/v1/tokens/{id}"));
            Assert.Equal((409, "token-of-settings"), (refused.Status, refused.Code));
        }
        await using (var board = await BoardServer.StartAsync([("Access:AdminKey", OtherKey)], home: home))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await WhoAsync(board, Key));
            Assert.Equal(HttpStatusCode.OK, await WhoAsync(board, OtherKey));
        }
        await using var without = await BoardServer.StartAsync(home: home);
        Assert.Equal(HttpStatusCode.Unauthorized, await WhoAsync(without, OtherKey));
        Assert.Equal(HttpStatusCode.OK, await WhoAsync(without, without.AdminKey));
    }

    [Fact]
    public async Task A_token_is_shown_once_works_and_is_dead_at_the_call_after_it_was_revoked()
    {
        await using var board = await BoardServer.StartAsync();
        using var admin = board.Client(board.AdminKey);
        var made = await admin.PostAsJsonAsync("/api/v1/tokens", new { name = "gpu-box", kind = "worker" });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var token = (await made.Content.ReadFromJsonAsync<TokenCreated>(Json.Client))!;
        Assert.StartsWith("kbw_", token.Token, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await WhoAsync(board, token.Token));

        var list = await admin.GetStringAsync("/api/v1/tokens");
        Assert.Contains("gpu-box", list, StringComparison.Ordinal);
        Assert.DoesNotContain(token.Token, list, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync($"/api/v1/tokens/{token.Id}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await WhoAsync(board, token.Token));
        Assert.Equal(HttpStatusCode.NotFound, (await admin.DeleteAsync($"/api/v1/tokens/{token.Id}")).StatusCode);
        var stored = await board.UseAsync(db => db.Tokens.AsNoTracking().ToListAsync());
        Assert.All(stored, t => Assert.Equal(32, t.Hash.Length));
        Assert.Equal(
            [("key:admin", EventTypes.TokenCreated), ("key:admin", EventTypes.TokenRevoked)],
            (await board.UseAsync(db => db.Events.OrderBy(e => e.Seq).Skip(1).ToListAsync())).Select(e => (e.Actor, e.Type)));
    }

    [Fact]
    public async Task The_last_admin_key_can_not_be_revoked()
    {
        await using var board = await BoardServer.StartAsync();
        using var admin = board.Client(board.AdminKey);
        var id = await board.UseAsync(db => db.Tokens.Select(t => t.Id).SingleAsync());
        var refused = await Problem.ReadAsync(await admin.DeleteAsync($"/api/v1/tokens/{id}"));
        Assert.Equal((409, "last-admin-key"), (refused.Status, refused.Code));
        Assert.Equal(HttpStatusCode.OK, await WhoAsync(board, board.AdminKey));
    }

    [Theory]
    [InlineData("""{"name":"settings","kind":"admin"}""", "/name")]
    [InlineData("""{"name":"a b","kind":"admin"}""", "/name")]
    [InlineData("""{"name":"ann","kind":"browser"}""", "/kind")]
    [InlineData("""{"name":"ann","kind":"login"}""", "/kind")]
    public async Task A_token_that_nobody_may_make_is_refused(string json, string pointer)
    {
        await using var board = await BoardServer.StartAsync();
        var refused = await Problem.ReadAsync(await board.Client(board.AdminKey).PostAsync("/api/v1/tokens", BoardServer.JsonBody(json)));
        Assert.Equal((400, pointer), (refused.Status, refused.Pointer));
    }

    [Fact]
    public async Task When_a_token_was_last_used_is_kept_to_the_minute()
    {
        var clock = new FakeClock();
        await using var board = await BoardServer.StartAsync(configure: b => b.Services.AddSingleton<TimeProvider>(clock));
        Task<DateTimeOffset?> LastUsedAsync() => board.UseAsync(db => db.Tokens.Select(t => t.LastUsedAt).SingleAsync());

        await WhoAsync(board, board.AdminKey);
        var first = await LastUsedAsync();
        clock.Advance(TimeSpan.FromSeconds(59));
        await WhoAsync(board, board.AdminKey);
        Assert.Equal(first, await LastUsedAsync());
        clock.Advance(TimeSpan.FromSeconds(1));
        await WhoAsync(board, board.AdminKey);
        Assert.Equal(first + TimeSpan.FromMinutes(1), await LastUsedAsync());
    }

    private static async Task<HttpStatusCode> WhoAsync(BoardServer board, string token)
    {
        using var client = board.Client(token);
        return (await client.GetAsync("/api/v1/whoami")).StatusCode;
    }
}
