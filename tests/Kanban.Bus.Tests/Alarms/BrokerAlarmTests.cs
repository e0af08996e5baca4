using Kanban.Bus.Board.Alarms;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Tests.Alarms;

/// <summary>A broker that stays away is one alarm of all replicas, and one that is away for a moment is none.</summary>
public sealed class BrokerAlarmTests : StoreSpec<SqliteStore>
{
    private const string Away = "The broker at amqp://b can't be reached";

    [Fact]
    public async Task What_is_over_before_it_has_lasted_raises_nothing()
    {
        var replica = Replica();
        for (var i = 0; i < 4; i++)
            await MeetAsync(replica, since: Now(), TimeSpan.FromSeconds(29));

        Assert.Empty(await AlarmsAsync());
    }

    [Fact]
    public async Task Several_replicas_that_meet_it_raise_one_and_it_lasts_until_none_has_met_it_for_a_while()
    {
        var (one, two) = (Replica(), Replica());
        var since = Now();
        await MeetAsync(one, since, TimeSpan.FromSeconds(27));
        Assert.Empty(await AlarmsAsync());
        await MeetAsync(one, since, TimeSpan.FromSeconds(3));
        await MeetAsync(two, since.AddSeconds(-1), TimeSpan.Zero);
        var raised = Assert.Single(await AlarmsAsync());
        Assert.Equal((AlarmKind.BrokerAway, "broker", Away, 1), (raised.Kind, raised.Subject, raised.Reason, raised.Count));

        // One of them has it back, the other has not.
        for (var i = 0; i < 10; i++)
            await MeetAsync(two, since, TimeSpan.FromSeconds(3));
        // Both have, for a moment.
        await PassAsync(BrokerAlarm.Calm - TimeSpan.FromSeconds(1));
        await MeetAsync(one, since: Now(), TimeSpan.Zero);
        await PassAsync(BrokerAlarm.Calm - TimeSpan.FromSeconds(1));
        Assert.Equal((raised.Id, null), Assert.Single(await AlarmsAsync()) is var kept ? (kept.Id, kept.ClearedAt) : default);

        await PassAsync(TimeSpan.FromSeconds(1));

        Assert.Equal((1, Now()), Assert.Single(await AlarmsAsync()) is var over ? (over.Count, over.ClearedAt) : default);
        await MeetAsync(one, since: Now(), TimeSpan.FromSeconds(30));
        Assert.Equal(2, (await AlarmsAsync()).Count);
    }

    [Fact]
    public async Task A_board_that_comes_back_before_the_broker_does_leaves_it_open()
    {
        await MeetAsync(Replica(), Now(), TimeSpan.FromSeconds(30));
        await Store.AdvanceAsync(TimeSpan.FromHours(1));

        // A connection that has not answered yet.
        await using var board = new ServiceCollection().AddSingleton(Connection()).BuildServiceProvider();
        await Store.UseAsync(db => new AlarmCauses(db, Store.Services.GetServices<AlarmCause>(), board).ClearAsync(default));

        Assert.Null(Assert.Single(await AlarmsAsync()).ClearedAt);
    }

    private BrokerConnection Connection() => new(BrokerUri.Parse("amqp://guest:guest@b"), Store.Clock, NullLogger<BrokerConnection>.Instance);

    private BrokerAlarm Replica() => new(
        Connection(), Store.Services.GetRequiredService<IServiceScopeFactory>(), new BoardReadiness(), Options.Create(new TransportOptions()), Store.Clock, NullLogger<BrokerAlarm>.Instance);

    /// <summary>Time passes, then the replica looks, then causes are looked at.</summary>
    private async Task MeetAsync(BrokerAlarm replica, DateTimeOffset since, TimeSpan after)
    {
        await Store.AdvanceAsync(after);
        await replica.MeetAsync(new BrokerTrouble(since, Away), default);
        await PassAsync(TimeSpan.Zero);
    }

    private async Task PassAsync(TimeSpan time)
    {
        await Store.AdvanceAsync(time);
        await Store.ClearAlarmsAsync();
    }

    private DateTimeOffset Now() => Store.Clock.GetUtcNow();

    private Task<List<Alarm>> AlarmsAsync() => Store.ReadAsync(db => db.Alarms.AsNoTracking().ToListAsync());
}
