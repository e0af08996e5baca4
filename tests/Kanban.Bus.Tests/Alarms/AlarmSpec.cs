using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.DeadLetters;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Alarms;

/// <summary>An alarm lasts as long as its cause, is counted while it does, and tells who sees to it.</summary>
public abstract class AlarmSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task It_is_open_until_its_cause_is_gone_and_kept_with_who_has_seen_to_it()
    {
        var task = await TooOftenAsync();
        var raised = Assert.Single(await AlarmsAsync());
        Assert.Equal((AlarmKind.TooManyRuns, task.Key, 1, null), (raised.Kind, raised.Subject, raised.Count, raised.AcknowledgedBy));
        await Store.AdvanceAsync(TimeSpan.FromMinutes(1));

        var seen = (await People.AcknowledgeAsync(raised.Id, "I look at its prompt")).Value<AlarmView>();

        Assert.Equal((People.Name, raised.Since.AddMinutes(1), "I look at its prompt", null), (seen.AcknowledgedBy, seen.AcknowledgedAt, seen.Note, seen.ClearedAt));
        Assert.Equal(seen, (await People.AcknowledgeAsync(raised.Id, "me too")).Value<AlarmView>());
        await TickAsync();
        Assert.Equal(seen, Assert.Single(await AlarmsAsync()));
        await People.UnblockAsync(task.Key);
        await TickAsync();
        Assert.Empty(await AlarmsAsync());
        Assert.Equal(seen with { ClearedAt = await Store.NowAsync() }, Assert.Single(await AlarmsAsync(cleared: true)));
        Assert.Equal([EventTypes.AlarmRaised, EventTypes.AlarmAcknowledged, EventTypes.AlarmCleared], (await EventsAsync(task.Key)).Where(e => e.StartsWith("alarm.", StringComparison.Ordinal)));
        (await People.AcknowledgeAsync(Guid.CreateVersion7())).Refused(404, "not-found");
    }

    [Fact]
    public async Task A_cause_met_again_counts_on_the_open_one_and_after_it_was_cleared_raises_another()
    {
        await SetAsideAsync("not JSON");
        await People.AcknowledgeAsync(Assert.Single(await AlarmsAsync()).Id);
        await Store.AdvanceAsync(TimeSpan.FromMinutes(1));

        await SetAsideAsync("of another version");

        var alarm = Assert.Single(await AlarmsAsync());
        Assert.Equal((AlarmKind.DeadLetters, 2, alarm.Since.AddMinutes(1), People.Name), (alarm.Kind, alarm.Count, alarm.LastSeenAt, alarm.AcknowledgedBy));
        Assert.EndsWith("of another version", alarm.Reason, StringComparison.Ordinal);
        await Store.UseAsync(db => db.DeadLetters.ExecuteDeleteAsync());
        await TickAsync();
        Assert.Empty(await AlarmsAsync());
        await SetAsideAsync("not JSON");
        Assert.Equal((1, null), Assert.Single(await AlarmsAsync()) is var other ? (other.Count, other.AcknowledgedBy) : default);
        Assert.Equal(2, (await AlarmsAsync(cleared: true)).Count);
    }

    [Fact]
    public async Task Each_kind_lasts_as_long_as_what_its_rows_say()
    {
        await Store.AddWorkerAsync("w1", "shell=1");
        Assert.Equal(201, (await People.CreatePoolAsync(new CreatePool("vllm", PoolKind.Gateway, Capacity: 4, Probe: ProbeKind.Vllm, Address: "http://127.0.0.1:9"))).Status);
        Assert.Equal(201, (await People.CreateScheduleAsync(new CreateSchedule("nightly", "0 22 * * *", new CreateTask("t", "shell")))).Status);
        foreach (var (kind, subject, cause, gone) in new[]
                 {
                     (AlarmKind.BreakerOpened, "shell", "UPDATE lanes SET breaker = '{{}}' WHERE name = 'shell'", "UPDATE lanes SET breaker = NULL"),
                     (AlarmKind.ScheduleFailed, "nightly", "UPDATE schedules SET problem = 'no such lane'", "UPDATE schedules SET problem = NULL"),
                     (AlarmKind.WorkerQuiet, "w1", "UPDATE workers SET quiet = 'disk'", "UPDATE workers SET quiet = NULL"),
                     (AlarmKind.WorkerQuiet, "w1", "UPDATE workers SET quiet = 'disk'", "UPDATE workers SET state = 'gone'"),
                     (AlarmKind.ProbeDead, "vllm", "UPDATE gateways SET frozen = 'no answer'", "UPDATE gateways SET frozen = NULL"),
                     (AlarmKind.ProbeDead, "vllm", "UPDATE gateways SET frozen = 'no answer'", "UPDATE gateways SET held = (1 = 1)"),
                     (AlarmKind.ProbeDead, "vllm", "UPDATE gateways SET frozen = 'no answer', held = (1 = 0)", "DELETE FROM gateways"),
                 })
        {
            await SqlAsync(cause);
            await RaiseAsync(kind, subject);
            await TickAsync();
            Assert.Equal(subject, Assert.Single(await AlarmsAsync()).Subject);

            await SqlAsync(gone);
            await TickAsync();

            Assert.True((await AlarmsAsync()).Count == 0, $"An alarm {kind} stays after {gone}.");
        }
    }

    [Fact]
    public async Task They_are_listed_by_pages_newest_first()
    {
        for (var i = 0; i < 5; i++)
        {
            await RaiseAsync(AlarmKind.BreakerOpened, $"lane-{i}");
            await Store.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        var first = (await People.AlarmsAsync(limit: 3)).Value<Page<AlarmView>>();
        var rest = (await People.AlarmsAsync(limit: 3, after: first.NextCursor)).Value<Page<AlarmView>>();

        Assert.Equal(["lane-4", "lane-3", "lane-2", "lane-1", "lane-0"], first.Items.Concat(rest.Items).Select(a => a.Subject));
        Assert.Null(rest.NextCursor);
        (await People.AlarmsAsync(after: "nonsense")).Refused(400, "invalid");
    }

    private async Task<TaskView> TooOftenAsync()
    {
        await People.EditLaneAsync("shell", """{"maxRunsPerDay":1}""");
        var task = await CreateAsync("t");
        var run = await StartAsync(task.Key);
        await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Released));
        Assert.Empty(await Store.AdmitAsync());
        return task;
    }

    private Task SetAsideAsync(string reason) => Store.UseAsync(db => db.InTransactionAsync(async () => await SetAside.AddAsync(
        db, new SetAside { Queue = "kanban.lane.shell", Reason = reason, SentBy = "worker:w1", Body = [1], Bytes = 1, At = await db.NowAsync(default) }, "w1", default), default));

    private Task RaiseAsync(AlarmKind kind, string subject) => Store.UseAsync(db =>
        db.InTransactionAsync(async () => await Board.Alarms.RaisedAlarms.RaiseAlarmAsync(db, kind, subject, "because", await db.NowAsync(default), default), default));

    private Task SqlAsync(string sql) => Store.UseAsync(db => db.Database.ExecuteSqlRawAsync(sql));

    private Task<AdmissionTick.Look> TickAsync() => Store.UseAsync(s => s.GetRequiredService<AdmissionTick>().RunAsync(everything: false, default));

    private async Task<IReadOnlyList<AlarmView>> AlarmsAsync(bool? cleared = null) => (await People.AlarmsAsync(cleared)).Value<Page<AlarmView>>().Items;
}
