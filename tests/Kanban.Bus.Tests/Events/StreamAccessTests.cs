using System.Net;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kanban.Bus.Tests.Events;

/// <summary>A stream lasts no longer than the right to it.</summary>
public sealed class StreamAccessTests
{
    [Fact]
    public async Task A_revoked_token_s_stream_ends_with_its_next_event()
    {
        var clock = new FakeClock(TimeProvider.System.GetUtcNow());
        await using var board = await BoardServer.StartAsync(configure: builder => builder.Services
            .Replace(ServiceDescriptor.Singleton<TimeProvider>(clock))
            .AddHostedService(services => services.GetRequiredService<EventTail>()));
        var (token, row) = AccessToken.New(TokenKind.Admin, "visitor", clock.GetUtcNow());
        await board.UseAsync(async db =>
        {
            db.Tokens.Add(row);
            return await db.SaveChangesAsync();
        });
        using var client = board.Client(token);
        await using var stream = await client.GetStreamAsync(new Uri("/api/v1/events/stream", UriKind.Relative));
        using var lines = new StreamReader(stream);
        while (await lines.ReadLineAsync() is not "")
        {
        }

        // The stream sets its timer at its own time: one step forward could come before that.
        var ping = lines.ReadLineAsync();
        await Eventually.Async(() =>
        {
            clock.Advance(ServerSentEvents.PingEvery);
            return ping.IsCompleted;
        });
        Assert.Equal("event: ping", await ping);
        await board.UseAsync(db => db.Tokens.Where(t => t.Id == row.Id).ExecuteUpdateAsync(set => set.SetProperty(t => t.RevokedAt, clock.GetUtcNow())));
        var ended = ReadToEndAsync(lines);
        await Eventually.Async(() =>
        {
            clock.Advance(ServerSentEvents.PingEvery);
            return ended.IsCompleted;
        });

        await Assert.ThrowsAnyAsync<IOException>(() => ended);
        using var again = await client.GetAsync(new Uri("/api/v1/events/stream", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
    }

    private static async Task ReadToEndAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync() is not null)
        {
        }
    }
}
