using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Lanes;

/// <summary>Lanes: their settings, and a pause that takes hold at once and lasts.</summary>
public abstract class LaneSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task What_is_left_out_of_a_new_lane_is_at_its_default()
    {
        var lane = (await People.CreateLaneAsync(new("gpu", MaxActive: 2, BackoffSeconds: 0))).Value<LaneView>();

        Assert.Equal((2, "shell", RetryMode.Auto, 3, 0, 10, OnDisconnect.Continue, false),
            (lane.MaxActive, lane.Profile, lane.Retry, lane.MaxAttempts, lane.BackoffSeconds, lane.GraceSeconds, lane.OnDisconnect, lane.Paused));
        (await People.CreateLaneAsync(new("gpu"))).Refused(409, "exists");
    }

    [Fact]
    public async Task Two_people_who_make_the_same_lane_make_one()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(() => People.CreateLaneAsync(new("gpu")))));

        Assert.Single(answers, a => a.Status == 201);
        Assert.Equal(4, answers.Count(a => a.Status == 409));
    }

    [Fact]
    public async Task An_edit_keeps_what_is_absent_and_clears_what_is_null()
    {
        await People.CreateLaneAsync(new("gpu", MaxActive: 2, MaxAttempts: 9, SilenceSeconds: 60));

        var lane = (await People.EditLaneAsync("gpu", """{"maxActive":null,"maxAttempts":null,"retry":"ask"}""")).Value<LaneView>();

        Assert.Equal((null, 3, RetryMode.Ask, 60), (lane.MaxActive, lane.MaxAttempts, lane.Retry, lane.SilenceSeconds));
        var edited = await Store.ReadAsync(db => db.Events.SingleAsync(e => e.Type == EventTypes.LaneEdited));
        Assert.Equal("""{"maxActive":{"from":2,"to":null},"retry":{"from":"auto","to":"ask"},"maxAttempts":{"from":9,"to":3}}""", edited.Data);
        Assert.Equal(("gpu", People.Name), (edited.Lane, edited.Actor));
    }

    [Theory]
    [InlineData("""{"maxActive":0}""", "/maxActive")]
    [InlineData("""{"profile":"Shell"}""", "/profile")]
    [InlineData("""{"maxAttempts":101}""", "/maxAttempts")]
    [InlineData("""{"backoffSeconds":3601}""", "/backoffSeconds")]
    [InlineData("""{"maxRuntimeSeconds":2592001}""", "/maxRuntimeSeconds")]
    [InlineData("""{"silenceSeconds":0}""", "/silenceSeconds")]
    [InlineData("""{"graceSeconds":601}""", "/graceSeconds")]
    public async Task Settings_out_of_range_are_refused_where_they_are(string patch, string pointer) =>
        Assert.Equal(pointer, (await People.EditLaneAsync("shell", patch)).Fault().Pointer);

    [Fact]
    public async Task Lanes_for_children_are_lanes_that_are_there_and_none_means_any()
    {
        var lane = (await People.CreateLaneAsync(new("planner", ChildLanes: ["shell", "planner", "shell"]))).Value<LaneView>();
        Assert.Equal(["shell", "planner"], lane.ChildLanes!);
        Assert.Contains("'shell'", (await People.EditLaneAsync("planner", """{"childLanes":["sehll"]}""")).Refused(400, "unknown-lane"), StringComparison.Ordinal);
        Assert.Equal("/childLanes", (await People.CreateLaneAsync(new("other", ChildLanes: ["nowhere"]))).Fault().Pointer);

        Assert.Equal(["shell", "planner"], (await People.EditLaneAsync("planner", """{"maxActive":2}""")).Value<LaneView>().ChildLanes!);
        Assert.Empty((await People.EditLaneAsync("planner", """{"childLanes":null}""")).Value<LaneView>().ChildLanes!);
    }

    [Fact]
    public async Task An_unknown_lane_is_refused_with_the_nearest_known_one()
    {
        Assert.Contains("'shell'", (await People.ShowLaneAsync("sehll")).Refused(404, "not-found"), StringComparison.Ordinal);
        Assert.Equal("/name", (await People.CreateLaneAsync(new("GPU"))).Fault().Pointer);
    }

    [Fact]
    public async Task A_pause_withdraws_unclaimed_offers_and_leaves_running_work_alone()
    {
        var (running, offered) = (await CreateAsync("running"), await CreateAsync("offered"));
        await Store.AddWorkerAsync("w1", "shell=2");
        var offers = await Store.AdmitAsync();
        await Store.ClaimAsync("w1", offers.Single(o => o.TaskKey == running.Key).RunId);

        var lane = (await People.PauseLaneAsync("shell", "new cards")).Value<LaneView>();

        Assert.Equal((true, "new cards", 1, 0, 1), (lane.Paused, lane.PausedReason, lane.Ready, lane.Offered, lane.Running));
        var withdrawn = await Store.RunAsync(offers.Single(o => o.TaskKey == offered.Key).RunId);
        Assert.Equal((nameof(RunState.Withdrawn), "lane shell is paused: new cards"), (withdrawn.State, withdrawn.Reason));
        Assert.Contains("new cards", (await ShowAsync(offered.Key)).Wait, StringComparison.Ordinal);
        Assert.Empty(await Store.AdmitAsync());
    }

    [Fact]
    public async Task A_resumed_lane_offers_again_and_a_repeat_is_no_event()
    {
        await CreateAsync("t");
        await Store.AddWorkerAsync("w1", "shell=1");
        await People.PauseLaneAsync("shell");
        await People.PauseLaneAsync("shell");

        await People.ResumeLaneAsync("shell");
        await People.ResumeLaneAsync("shell");

        Assert.Single(await Store.AdmitAsync());
        Assert.Equal([EventTypes.LanePaused, EventTypes.LaneResumed],
            await Store.ReadAsync(db => db.Events.Where(e => e.Lane == "shell" && e.TaskId == null).OrderBy(e => e.Seq).Select(e => e.Type).ToListAsync()));
    }

    [Fact]
    public async Task No_offer_outlives_a_pause_that_came_at_the_same_moment()
    {
        await Store.AddWorkerAsync("w1", "shell=50");
        for (var round = 0; round < 10; round++)
        {
            await CreateAsync($"t{round}");

            await Task.WhenAll(Task.Run(Store.AdmitAsync), Task.Run(() => People.PauseLaneAsync("shell")));

            Assert.Equal(0, await Store.ReadAsync(db => db.Runs.CountAsync(r => r.Live)));
            await People.ResumeLaneAsync("shell");
        }
    }

    [Fact]
    public async Task A_lane_counts_the_workers_that_take_its_work()
    {
        await Store.AddWorkerAsync("w1", "shell=3");
        await Store.AddWorkerAsync("w2", "shell=4");
        await Store.AddWorkerAsync("w3", "shell=9");
        await Store.UseAsync((Kanban.Bus.Board.Storage.BoardDbContext db) => db.Workers.Where(w => w.Id == "w3").ExecuteUpdateAsync(set => set.SetProperty(w => w.DrainAsked, true)));

        var lane = (await People.ShowLaneAsync("shell")).Value<LaneView>();

        Assert.Equal((2, 7), (lane.Workers, lane.Slots));
    }
}
