using Kanban.Bus.Board.Schedules;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Schedules;

/// <summary>Tasks that come again and again. The store's clock starts on Thursday, 2026-01-01 00:00 UTC, and times are full hours.</summary>
public abstract class ScheduleSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    private static readonly DateTimeOffset Midnight = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_schedule_makes_a_task_at_each_of_its_times_in_its_own_name()
    {
        var made = await MakeAsync(new CreateTask("back up", "shell", Body: "rsync", Labels: ["nightly"], Priority: 3), dueSeconds: 1800);
        Assert.Equal(Enumerable.Range(1, 5).Select(h => Midnight.AddHours(h)), made.Next);
        Assert.Empty(await TitlesAsync());

        await PassAsync(TimeSpan.FromHours(1));

        var task = (await People.ListAsync()).Tasks.Single();
        Assert.Equal(("back up", "schedule:hourly", Status.Ready, 3, Midnight.AddHours(1).AddMinutes(30)), (task.Title, task.CreatedBy, task.Status, task.Priority, task.Due));
        var shown = await ShowScheduleAsync();
        Assert.Equal((Midnight.AddHours(1), task.Key, Midnight.AddHours(2)), (shown.LastAt, shown.LastTask, shown.Next[0]));
        var fired = await Store.ReadAsync(db => db.Events.SingleAsync(e => e.Type == EventTypes.ScheduleFired));
        Assert.Equal(("hourly", "schedule:hourly"), (fired.Schedule, fired.Actor));
        Assert.Contains(task.Key, fired.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_that_is_fired_again_and_again_and_at_the_same_moment_makes_one_task()
    {
        await MakeAsync(overlap: Overlap.Allow);
        await Store.AdvanceAsync(TimeSpan.FromHours(1));

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(FireAsync)));
        await FireAsync();

        Assert.Single(await TitlesAsync());
    }

    [Fact]
    public async Task A_crash_between_task_and_note_makes_no_second_task()
    {
        await MakeAsync(overlap: Overlap.Allow);
        await PassAsync(TimeSpan.FromHours(1));
        // As if the note had never been written.
        await Store.UseAsync((Board.Storage.BoardDbContext db) => db.Schedules.ExecuteUpdateAsync(set => set
            .SetProperty(s => s.NextAt, Midnight.AddHours(1)).SetProperty(s => s.LastAt, (DateTimeOffset?)null).SetProperty(s => s.LastTaskId, (Guid?)null)));

        await FireAsync();

        Assert.Single(await TitlesAsync());
        Assert.Equal((Midnight.AddHours(1), "main-1"), await ShowScheduleAsync() is var shown ? (shown.LastAt, shown.LastTask) : default);
    }

    [Theory]
    [InlineData(Overlap.Skip, "main-1 ready", null)]
    [InlineData(Overlap.Queue, "main-1 ready", 2)]
    [InlineData(Overlap.Replace, "main-1 cancelled, main-2 cancelled, main-3 ready", null)]
    [InlineData(Overlap.Allow, "main-1 ready, main-2 ready, main-3 ready", null)]
    public async Task While_the_last_task_has_not_ended_the_rule_of_overlap_says_what_becomes_of_a_time(Overlap overlap, string tasks, int? queued)
    {
        await MakeAsync(overlap: overlap);

        for (var i = 0; i < 3; i++)
            await PassAsync(TimeSpan.FromHours(1));

        Assert.Equal(tasks, await TasksAsync());
        Assert.Equal(queued is { } hour ? Midnight.AddHours(hour) : null, (await ShowScheduleAsync()).QueuedAt);
        Assert.Equal(overlap switch { Overlap.Skip => 2, Overlap.Queue => 1, _ => 0 }, await Store.ReadAsync(db => db.Events.CountAsync(e => e.Type == EventTypes.ScheduleSkipped)));
    }

    [Fact]
    public async Task A_queued_time_makes_its_task_when_the_last_one_has_ended()
    {
        await MakeAsync(overlap: Overlap.Queue);
        await PassAsync(TimeSpan.FromHours(1));
        await PassAsync(TimeSpan.FromHours(1));
        await FireAsync();
        Assert.Equal("main-1 ready", await TasksAsync());

        await People.CancelAsync("main-1");
        await FireAsync();

        Assert.Equal("main-1 cancelled, main-2 ready", await TasksAsync());
        Assert.Null((await ShowScheduleAsync()).QueuedAt);
    }

    [Fact]
    public async Task A_replaced_task_that_runs_is_stopped_and_the_next_one_follows_when_it_is_dead()
    {
        await MakeAsync(overlap: Overlap.Replace);
        await PassAsync(TimeSpan.FromHours(1));
        var run = await StartAsync("main-1");

        await PassAsync(TimeSpan.FromHours(1));

        Assert.Equal(RunState.Stopping, (await Store.RunAsync(run)).StateName);
        Assert.Equal("main-1 running", await TasksAsync());
        await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Stopped));
        await FireAsync();
        Assert.Equal("main-1 cancelled, main-2 ready", await TasksAsync());
        Assert.Equal(Midnight.AddHours(2), (await ShowScheduleAsync()).LastAt);
    }

    [Theory]
    [InlineData(CatchUp.None, 0, "")]
    [InlineData(CatchUp.None, 30, "8:00")]
    [InlineData(CatchUp.Last, 0, "7:00")]
    [InlineData(CatchUp.Last, 30, "8:00")]
    [InlineData(CatchUp.All, 0, "5:00 6:00 7:00")]
    [InlineData(CatchUp.All, 30, "6:00 7:00 8:00")]
    public async Task Times_that_passed_while_no_board_was_there_are_caught_up_with_as_told(CatchUp catchUp, int minutesMore, string made)
    {
        await MakeAsync(overlap: Overlap.Allow, catchUp: catchUp, limit: 3);

        await PassAsync(TimeSpan.FromHours(7.5) + TimeSpan.FromMinutes(minutesMore));

        Assert.Equal(made, string.Join(' ', (await Store.ReadAsync(db => db.Tasks.OrderBy(t => t.Number).Select(t => t.IdempotencyKey!).ToListAsync())).Select(k => $"{DateTimeOffset.Parse(k.Split('@')[1], null).UtcDateTime:H:mm}")));
        Assert.Equal(Midnight.AddHours(minutesMore == 0 ? 8 : 9), (await ShowScheduleAsync()).Next[0]);
    }

    [Fact]
    public async Task A_paused_schedule_makes_nothing_and_goes_on_from_the_next_time()
    {
        await MakeAsync();
        var paused = (await People.PauseScheduleAsync("hourly", "holidays")).Value<ScheduleView>();
        Assert.Equal((true, "holidays"), (paused.Paused, paused.PausedReason));
        Assert.Empty(paused.Next);
        await PassAsync(TimeSpan.FromHours(3.5));

        var resumed = (await People.ResumeScheduleAsync("hourly")).Value<ScheduleView>();
        await FireAsync();

        Assert.Empty(await TitlesAsync());
        Assert.Equal(Midnight.AddHours(4), resumed.Next[0]);
        await PassAsync(TimeSpan.FromHours(0.5));
        Assert.Single(await TitlesAsync());
    }

    [Fact]
    public async Task Run_now_makes_a_task_by_the_rule_of_overlap_and_leaves_the_times_as_they_are()
    {
        await MakeAsync();
        await People.PauseScheduleAsync("hourly");

        Assert.Equal("main-1", (await People.RunScheduleAsync("hourly")).Value<ScheduleView>().LastTask);

        Assert.Contains("main-1", (await People.RunScheduleAsync("hourly")).Refused(409, "refused-by-state"), StringComparison.Ordinal);
        await People.ResumeScheduleAsync("hourly");
        await People.CancelAsync("main-1");
        await PassAsync(TimeSpan.FromHours(1));
        Assert.Equal("main-1 cancelled, main-2 ready", await TasksAsync());
    }

    [Fact]
    public async Task An_edit_changes_the_task_field_by_field_and_the_times_from_now_on()
    {
        await MakeAsync(new CreateTask("old", "shell", Body: "one", Priority: 5));

        var edited = (await People.EditScheduleAsync("hourly", """{"cron":"30 * * * *","task":{"title":"new","priority":null},"reason":"earlier"}""")).Value<ScheduleView>();

        Assert.Equal(("new", "one", 0, Midnight.AddMinutes(30), 2), (edited.Task.Title, edited.Task.Body, edited.Task.Priority, edited.Next[0], edited.Version));
        var data = await Store.ReadAsync(db => db.Events.Where(e => e.Type == EventTypes.ScheduleEdited).Select(e => e.Data).SingleAsync());
        Assert.Contains("""{"cron":{"from":"0 * * * *","to":"30 * * * *"}""", data, StringComparison.Ordinal);
        Assert.Contains("\"reason\":\"earlier\"", data, StringComparison.Ordinal);
        (await People.EditScheduleAsync("hourly", """{"note":"x"}""", ifMatch: "\"1\"")).Refused(412, "version-mismatch");
        Assert.Equal("/task", (await People.EditScheduleAsync("hourly", """{"task":{"titel":"x"}}""")).Fault().Pointer);
        Assert.Equal("/task/lane", (await People.EditScheduleAsync("hourly", """{"task":{"lane":"sehll"}}""")).Fault().Pointer);
        Assert.Equal("new", (await ShowScheduleAsync()).Task.Title);
    }

    [Fact]
    public async Task What_cannot_be_made_is_said_with_an_alarm_until_a_later_time_makes_it()
    {
        await MakeAsync();
        await Store.UseAsync((Board.Storage.BoardDbContext db) => db.Schedules.ExecuteUpdateAsync(set => set.SetProperty(s => s.Template, """{"title":"t","lane":"gone"}""")));
        await PassAsync(TimeSpan.FromHours(1));
        Assert.Equal("2026-01-01 01:00:00 UTC: No lane 'gone'.", (await ShowScheduleAsync()).Problem);
        await Store.ClearAlarmsAsync();
        var raised = Assert.Single(await AlarmsAsync());
        Assert.Equal((AlarmKind.ScheduleFailed, "hourly", 1, "schedule hourly made no task for 2026-01-01 01:00:00 UTC: No lane 'gone'."), (raised.Kind, raised.Subject, raised.Count, raised.Reason));

        await PassAsync(TimeSpan.FromHours(1));
        await Store.ClearAlarmsAsync();
        var again = Assert.Single(await AlarmsAsync());
        Assert.Equal((raised.Id, 2, "schedule hourly made no task for 2026-01-01 02:00:00 UTC: No lane 'gone'."), (again.Id, again.Count, again.Reason));

        await Store.AddLaneAsync("gone");
        await PassAsync(TimeSpan.FromHours(1));
        await Store.ClearAlarmsAsync();

        Assert.Single(await TitlesAsync());
        Assert.Null((await ShowScheduleAsync()).Problem);
        Assert.Empty(await AlarmsAsync());
        Assert.Equal([EventTypes.AlarmRaised, EventTypes.AlarmCleared], await Store.ReadAsync(db => db.Events
            .Where(e => e.Schedule == "hourly" && (e.Type == EventTypes.AlarmRaised || e.Type == EventTypes.AlarmCleared)).OrderBy(e => e.Seq).Select(e => e.Type).ToListAsync()));
    }

    [Fact]
    public async Task A_deleted_schedule_is_gone_and_its_tasks_stay()
    {
        await MakeAsync();
        await PassAsync(TimeSpan.FromHours(1));

        Assert.Equal(204, (await People.DeleteScheduleAsync("hourly")).Status);

        Assert.Single(await TitlesAsync());
        (await People.ShowScheduleAsync("hourly")).Refused(404, "not-found");
        (await People.DeleteScheduleAsync("hourly")).Refused(404, "not-found");
    }

    [Theory]
    [InlineData("0 3 * *", "UTC", Overlap.Skip, CatchUp.Last, "/cron")]
    [InlineData("0 3 * * *", "Europe/Berln", Overlap.Skip, CatchUp.Last, "/timeZone")]
    [InlineData("0 3 * * *", "UTC", Overlap.Skip, CatchUp.All, "/catchUp")]
    public async Task A_schedule_that_cannot_be_is_refused_where_it_is_wrong(string cron, string zone, Overlap overlap, CatchUp catchUp, string pointer) =>
        Assert.Equal(pointer, (await People.CreateScheduleAsync(new("s", cron, new("t", "shell"), zone, overlap, catchUp))).Fault().Pointer);

    [Fact]
    public async Task A_task_that_a_schedule_cannot_make_is_refused_where_it_is_wrong()
    {
        var tasks = new (CreateTask, string)[]
        {
            (new("", "shell"), "/task/title"),
            (new("t"), "/task/lane"),
            (new("t", "sehll"), "/task/lane"),
            (new("t", "shell", Parents: ["main-1"]), "/task/parents"),
            (new("t", "shell", NotBefore: Midnight), "/task/notBefore"),
            (new("t", "shell", Due: Midnight), "/task/due"),
            (new("t", "shell", IdempotencyKey: "k"), "/task/idempotencyKey"),
        };
        foreach (var (task, pointer) in tasks)
            Assert.Equal(pointer, (await People.CreateScheduleAsync(new("s", "@daily", task))).Fault().Pointer);
        Assert.Equal("/name", (await People.CreateScheduleAsync(new("Nightly", "@daily", new("t", "shell")))).Fault().Pointer);
        await MakeAsync();
        (await People.CreateScheduleAsync(new("hourly", "@daily", new("t", "shell")))).Refused(409, "exists");
    }

    private async Task<ScheduleView> MakeAsync(CreateTask? task = null, Overlap? overlap = null, CatchUp? catchUp = null, int? limit = null, int? dueSeconds = null) =>
        (await People.CreateScheduleAsync(new("hourly", "0 * * * *", task ?? new("t", "shell"), null, overlap, catchUp, limit, dueSeconds))).Value<ScheduleView>();

    private async Task PassAsync(TimeSpan time)
    {
        await Store.AdvanceAsync(time);
        await FireAsync();
    }

    private Task<(DateTimeOffset? Next, DateTimeOffset Now)?> FireAsync() => Store.UseAsync(s => s.GetRequiredService<ScheduleFiring>().FireAsync("hourly", default));

    private async Task<ScheduleView> ShowScheduleAsync() => (await People.ShowScheduleAsync("hourly")).Value<ScheduleView>();

    private async Task<IReadOnlyList<AlarmView>> AlarmsAsync() => (await People.AlarmsAsync()).Value<Page<AlarmView>>().Items;

    private Task<List<string>> TitlesAsync() => Store.ReadAsync(db => db.Tasks.Select(t => t.Title).ToListAsync());

    private async Task<string> TasksAsync() =>
        string.Join(", ", (await Store.ReadAsync(db => db.Tasks.AsNoTracking().OrderBy(t => t.Number).ToListAsync())).Select(t => $"{t.Key} {Board.Storage.Words.Of(t.Status)}"));
}
