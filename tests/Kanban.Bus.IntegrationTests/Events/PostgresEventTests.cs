using Kanban.Bus.Board.Events;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Storage;
using Kanban.Bus.Tests.Events;
using Kanban.Bus.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.IntegrationTests.Events;

public sealed class PostgresEventTests : EventSpec<PostgresStore>
{
    /// <summary>The trap of reading a history by an ever-rising number: what commits late has the smaller one.</summary>
    [Fact]
    public async Task An_event_that_commits_late_is_not_overtaken()
    {
        await Store.UseAsync(async late =>
        {
            await using var open = await late.Database.BeginTransactionAsync();
            late.Events.Add(Event("late"));
            await late.SaveChangesAsync();
            await Store.UseAsync(async early =>
            {
                early.Events.Add(Event("early"));
                await early.SaveChangesAsync();
            });

            Assert.Empty(await SettledAsync());
            await open.CommitAsync();
        });

        // Other tests' transactions on the same server hold the horizon back for a moment.
        await Eventually.Async(async () => (await SettledAsync()).SequenceEqual(["late", "early"]));
    }

    private Task<List<string?>> SettledAsync() => Store.ReadAsync(db =>
        db.SettledEvents(default).OrderBy(e => e.Tx).ThenBy(e => e.Seq).Select(e => e.Lane).ToListAsync());

    private static BoardEvent Event(string lane) => BoardEvent.OfLane(EventTypes.LaneEdited, lane, "key:test", DateTimeOffset.UnixEpoch);
}
