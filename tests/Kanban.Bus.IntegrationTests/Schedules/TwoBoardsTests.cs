using System.Globalization;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;
using Npgsql;

namespace Kanban.Bus.IntegrationTests.Schedules;

/// <summary>Times on two boards: a schedule makes one task for each, whoever dies, and a window opens though nothing else wakes admission.</summary>
public sealed class TwoBoardsTests
{
    [NeedsServersFact]
    public async Task Each_time_of_a_schedule_makes_one_task_and_goes_on_when_a_board_dies()
    {
        await using var cluster = await Cluster.CreateAsync();
        var first = await cluster.StartBoardAsync();
        await first.Api.AddLaneAsync(new CreateLane("work"));
        await first.Api.PostAsync<ScheduleView>("schedules",
            new CreateSchedule("tick", "* * * * * *", new CreateTask("tick", "work"), Overlap: Overlap.Allow, CatchUp: CatchUp.All, CatchUpLimit: 100));
        var second = await cluster.StartBoardAsync();
        await Eventually.Async(async () => (await TimesAsync(second)).Count >= 4);

        await first.Kill9Async();
        var before = (await TimesAsync(second)).Count;

        await Eventually.Async(async () => (await TimesAsync(second)).Count >= before + 4, TimeSpan.FromMinutes(2));
        await second.Api.PostAsync<ScheduleView>("schedules/tick/pause");
        var tasks = (await second.Api.GetAsync<Page<TaskView>>("tasks?lane=work&limit=200")).Items.Count;
        // The history shows an event once every transaction that began before it has ended.
        var times = await Eventually.ValueAsync(async () => await TimesAsync(second) is var seen && seen.Count >= tasks ? seen.Order().ToList() : null);
        Assert.Equal(tasks, times.Count);
        Assert.Equal(Enumerable.Range(0, times.Count).Select(i => times[0].AddSeconds(i)), times);
    }

    [NeedsServersFact]
    public async Task Work_starts_when_its_window_opens_and_is_offered_no_more_when_it_closes()
    {
        await using var cluster = await Cluster.CreateAsync();
        // The usual look every other second would find it too.
        cluster.Settings["Admission:Tick"] = "00:02:00";
        var boards = new[] { await cluster.StartBoardAsync(), await cluster.StartBoardAsync() };
        await boards[0].Api.AddLaneAsync(new CreateLane("work"));
        await cluster.StartWorkerAsync(new WorkerShape("w1", "work", 1), boards[0]);
        await cluster.StartWorkerAsync(new WorkerShape("w2", "work", 1), boards[1]);
        var opens = await ShortlyBeforeAsync(cluster.Database, TimeSpan.FromSeconds(20));
        await boards[1].Api.PatchAsync<LaneView>("lanes/work", new { windows = new[] { string.Create(CultureInfo.InvariantCulture, $"{opens:HH:mm}-{opens.AddHours(1):HH:mm} UTC") } });
        for (var i = 0; i < 2; i++)
            await boards[0].Api.AddTaskAsync(new CreateTask($"task {i}", "work", Body: "sleep 600"));
        foreach (var board in boards)
            Assert.Equal((WaitCode.Closed, opens), await board.Api.GetAsync<WhyView>("tasks/main-1/why") is var why ? (why.Code, why.Until) : default);

        await cluster.UntilAsync("main-1", Status.Running);
        await cluster.UntilAsync("main-2", Status.Running);

        foreach (var key in new[] { "main-1", "main-2" })
            Assert.InRange((await boards[0].Api.RunsAsync(key)).Single().OfferedAt, opens, opens.AddSeconds(20));
        await boards[0].Api.AddTaskAsync(new CreateTask("late", "work"));
        await boards[0].Api.PatchAsync<LaneView>("lanes/work", new { windows = new[] { string.Create(CultureInfo.InvariantCulture, $"{opens.AddHours(2):HH:mm}-{opens.AddHours(3):HH:mm} UTC") } });
        Assert.Equal(WaitCode.Closed, (await boards[1].Api.GetAsync<WhyView>("tasks/main-3/why")).Code);
    }

    /// <summary>The times for which the schedule has made tasks.</summary>
    private static async Task<List<DateTimeOffset>> TimesAsync(BoardProcess board) =>
        [.. (await board.Api.AllAsync<EventView>("events")).Where(e => e.Type == EventTypes.OnTheWire(EventTypes.ScheduleFired)).Select(e => e.Data.GetProperty("at").GetDateTimeOffset())];

    /// <summary>Puts the database's clock on, so that so much is left of the minute.</summary>
    /// <returns>The full minute.</returns>
    private static async Task<DateTimeOffset> ShortlyBeforeAsync(string database, TimeSpan left)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var read = source.CreateCommand("SELECT date_trunc('minute', clock_timestamp()) + interval '2 minutes'");
        var minute = new DateTimeOffset((DateTime)(await read.ExecuteScalarAsync())!);
        await using var set = source.CreateCommand(string.Create(CultureInfo.InvariantCulture,
            $"DO $$ BEGIN EXECUTE format('CREATE OR REPLACE FUNCTION kanban_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS %L', format('SELECT clock_timestamp() + %L::interval', '{minute.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z'::timestamptz - interval '{left.TotalSeconds} seconds' - clock_timestamp())); END $$"));
        await set.ExecuteNonQueryAsync();
        return minute;
    }
}
