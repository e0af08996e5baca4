using Kanban.Bus.Board.Admission;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Windows;

/// <summary>Caps that are others at certain times. The store's clock starts on Thursday, 2026-01-01 00:00 UTC: 01:00 in Berlin.</summary>
public abstract class WindowSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    private static readonly DateTimeOffset Midnight = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_lane_starts_work_while_it_is_open_and_says_until_when_it_is_closed()
    {
        var lane = (await People.EditLaneAsync("shell", """{"windows":["02:00-06:00 Europe/Berlin"],"reason":"nights"}""")).Value<LaneView>();
        await Store.AddWorkerAsync("w1", "shell=2");
        var task = await CreateAsync("t");

        Assert.Equal((0, CapSource.Window, new CapChange(Midnight.AddHours(1), null)), (lane.Limit, lane.Source, lane.NextChange));
        Assert.Equal("lane shell is closed until 02:00 (Europe/Berlin)", lane.Binds);
        Assert.Empty(await Store.AdmitAsync());
        var why = (await People.WhyAsync(task.Key)).Value<WhyView>();
        Assert.Equal((WaitCode.Closed, "lane shell is closed until 02:00 (Europe/Berlin)", "lane shell", 3600.0, Midnight.AddHours(1)),
            (why.Code, why.Reason, why.Cap, why.AboutSeconds, why.Until));
        Assert.Equal(why.Reason, (await ShowAsync(task.Key)).Wait);
        Assert.Equal("""{"windows":{"from":"","to":"02:00-06:00 Europe/Berlin"},"reason":"nights"}""",
            await Store.ReadAsync(db => db.Events.Where(e => e.Type == EventTypes.LaneEdited).Select(e => e.Data).SingleAsync()));

        await Store.AdvanceAsync(TimeSpan.FromHours(1));

        Assert.Equal(task.Key, Assert.Single(await Store.AdmitAsync()).TaskKey);
        lane = (await People.ShowLaneAsync("shell")).Value<LaneView>();
        Assert.Equal((null, CapSource.Configured, new CapChange(Midnight.AddHours(5), 0)), (lane.Limit, lane.Source, lane.NextChange));
    }

    [Fact]
    public async Task What_is_unclaimed_when_a_window_closes_is_taken_back_and_what_runs_goes_on()
    {
        await People.EditLaneAsync("shell", """{"windows":["22:00-06:00 Europe/Berlin"]}""");
        var (first, second) = (await CreateAsync("first"), await CreateAsync("second"));
        var running = await StartAsync(first.Key);
        var offered = await Store.ReadAsync(db => db.Runs.Where(r => r.TaskKey == second.Key).Select(r => r.CorrelationId).SingleAsync());
        await Store.AdvanceAsync(TimeSpan.FromHours(5));

        await TickAsync();

        var withdrawn = await Store.RunAsync(offered);
        Assert.Equal((RunState.Withdrawn, "lane shell is closed until 22:00 (Europe/Berlin)"), (withdrawn.StateName, withdrawn.Reason));
        Assert.Equal(RunState.Running, (await Store.RunAsync(running)).StateName);
        Assert.Empty(await Store.AdmitAsync());
    }

    [Theory]
    [InlineData("pool", "1 of 1 units of pool vllm-a (1 until 06:00 UTC) are drawn by main-1 (shell@host-1, 0 s)")]
    [InlineData("board", "board main is full (1 until 06:00 UTC): 1 of 1 runs are active by main-1 (shell@host-1, 0 s)")]
    [InlineData("all", "1 of 1 runs are active over all lanes (1 until 06:00 UTC) by main-1 (shell@host-1, 0 s)")]
    [InlineData("host", "host host-1 is full (1 until 06:00 UTC): 1 of 1 runs are active by main-1 (shell@host-1, 0 s)")]
    public async Task A_pool_a_board_a_host_and_everything_have_windows_too(string cap, string why)
    {
        await Store.AddPoolAsync("vllm-a", 9);
        await Store.AddPoolAsync("host:host-1", 9);
        await People.EditLaneAsync("shell", """{"draws":{"vllm-a":1}}""");
        const string windows = """{"windows":["22:00-06:00 UTC = 1","12:00-13:00 UTC = 12"]}""";
        Assert.Equal(200, (cap switch
        {
            "board" => await People.EditBoardAsync("main", windows),
            "all" => await People.EditPoolAsync("all", windows),
            "host" => await People.EditPoolAsync("host:host-1", windows),
            _ => await People.EditPoolAsync("vllm-a", windows),
        }).Status);
        await CreateAsync("first");
        await StartAsync("main-1");
        await CreateAsync("second");

        Assert.Empty(await Store.AdmitAsync());
        Assert.Equal(why, (await People.WhyAsync("main-2")).Value<WhyView>().Reason);
        await Store.AdvanceAsync(TimeSpan.FromHours(6));
        Assert.Single(await Store.AdmitAsync());
    }

    [Fact]
    public async Task A_pool_shows_its_windows_which_of_them_holds_and_what_comes_next()
    {
        var pool = (await People.CreatePoolAsync(new("vllm-a", PoolKind.Gateway, Capacity: 4, Windows: ["mon-fri 08:00-18:00 Europe/Berlin = 2", "22:00-6:00 Europe/Berlin=12"]))).Value<PoolView>();

        Assert.Equal((12, CapSource.Window, "22:00-06:00 Europe/Berlin = 12", new CapChange(Midnight.AddHours(5), 4)), (pool.Limit, pool.Source, pool.Window, pool.NextChange));
        Assert.Equal(["mon-fri 08:00-18:00 Europe/Berlin = 2", "22:00-06:00 Europe/Berlin = 12"], pool.Windows);
        await Store.AdvanceAsync(TimeSpan.FromHours(7));
        pool = (await People.ShowPoolAsync("vllm-a")).Value<PoolView>();
        Assert.Equal((2, CapSource.Window), (pool.Limit, pool.Source));
        pool = (await People.EditPoolAsync("vllm-a", """{"windows":null}""")).Value<PoolView>();
        Assert.Equal((4, CapSource.Configured, null), (pool.Limit, pool.Source, pool.NextChange));
        Assert.Empty(pool.Windows);
    }

    [Fact]
    public async Task A_board_shows_the_cap_that_holds()
    {
        var board = (await People.CreateBoardAsync(new("web", Windows: ["06:00-22:00 UTC = 3"]))).Value<BoardView>();
        Assert.Equal((null, CapSource.Configured, new CapChange(Midnight.AddHours(6), 3)), (board.Limit, board.Source, board.NextChange));

        await Store.AdvanceAsync(TimeSpan.FromHours(6));

        board = (await People.ShowBoardAsync("web")).Value<BoardView>();
        Assert.Equal((3, CapSource.Window, "06:00-22:00 UTC = 3"), (board.Limit, board.Source, board.Window));
    }

    [Fact]
    public async Task Who_is_further_back_than_the_room_waits_longer_than_for_the_opening()
    {
        await Store.AddWorkerAsync("w1", "shell=2");
        var past = (await CreateAsync("past")).Key;
        var run = await StartAsync(past);
        await Store.AdvanceAsync(TimeSpan.FromMinutes(10));
        await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Succeeded));
        await People.EditLaneAsync("shell", """{"windows":["01:00-06:00 UTC"]}""");
        for (var i = 0; i < 3; i++)
            await CreateAsync("t");

        Assert.Equal([50 * 60, 50 * 60, 60 * 60], (await Task.WhenAll(Enumerable.Range(2, 3).Select(n => People.WhyAsync($"main-{n}")))).Select(w => w.Value<WhyView>().AboutSeconds));
    }

    [Fact]
    public async Task A_guess_counts_on_over_the_time_at_which_the_lane_is_closed()
    {
        await People.EditLaneAsync("shell", """{"maxActive":1,"windows":["22:00-00:15 UTC"]}""");
        var run = await StartAsync((await CreateAsync("past")).Key);
        await Store.AdvanceAsync(TimeSpan.FromMinutes(10));
        await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Succeeded));
        await StartAsync((await CreateAsync("runs")).Key);
        await CreateAsync("waits");

        // The one before it may take until 00:20, when the lane is closed until 22:00.
        Assert.Equal((21 * 60 + 50) * 60, (await People.WhyAsync("main-3")).Value<WhyView>().AboutSeconds);
    }

    [Fact]
    public async Task What_more_than_a_pool_has_now_and_less_than_it_has_at_night_is_no_reason_to_warn()
    {
        await Store.AddPoolAsync("vllm-a", 1, pool => pool.Windows = "22:00-23:00 UTC = 4");
        await Store.AddWorkerAsync("w1", "shell=1");

        Assert.Equal([null, "it draws 5 units of pool vllm-a, which has 4"], (await People.CreateManyAsync(Drawing(4), Drawing(5))).Tasks.Select(t => t.Warning));

        static CreateTask Drawing(int units) => new("t", "shell", Draws: new Dictionary<string, int?> { ["vllm-a"] = units });
    }

    [Theory]
    [InlineData("""{"windows":["22:00-06:00","08:00-18:00 Mars/Olympus"]}""", "/windows/1", "No time zone 'Mars/Olympus'.")]
    [InlineData("""{"windows":["08:00-08:00 UTC"]}""", "/windows/0", "is empty")]
    [InlineData("""{"windows":["22:00-06:00 = 2","22:00-6:00 UTC = 3"]}""", "/windows/1", "is at the same time as '22:00-06:00 UTC = 2'")]
    public async Task Windows_that_cannot_be_are_refused_where_they_are(string patch, string pointer, string says)
    {
        foreach (var answer in new[] { await People.EditLaneAsync("shell", patch), await People.EditPoolAsync("all", patch), await People.EditBoardAsync("main", patch) })
        {
            Assert.Equal(pointer, answer.Fault().Pointer);
            Assert.Contains(says, answer.Fault().Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_would_not_end_before_the_lane_closes_waits_for_the_next_opening_where_the_lane_says_so()
    {
        await People.EditLaneAsync("shell", """{"windows":["22:00-01:00 Europe/Berlin","02:00-06:00 Europe/Berlin"]}""");
        await Store.AdvanceAsync(TimeSpan.FromHours(3.5));
        await Store.AddWorkerAsync("w1", "shell=9");
        foreach (var minutes in new int?[] { 90, 91, null })
            await People.CreateAsync(new("t", "shell", MaxRuntimeSeconds: minutes * 60));

        var lane = (await People.EditLaneAsync("shell", """{"holdBeforeClose":true}""")).Value<LaneView>();

        Assert.True(lane.HoldBeforeClose);
        Assert.Equal(["main-1", "main-3"], (await Store.AdmitAsync()).Select(o => o.TaskKey));
        var why = (await People.WhyAsync("main-2")).Value<WhyView>();
        Assert.Equal((WaitCode.BeforeClose, "lane shell closes at 06:00 (Europe/Berlin), and it may take 1 h 31 min: it waits until 22:00", 17.5 * 3600),
            (why.Code, why.Reason, why.AboutSeconds));
        await People.EditLaneAsync("shell", """{"holdBeforeClose":null}""");
        Assert.Equal(["main-2"], (await Store.AdmitAsync()).Select(o => o.TaskKey));
    }

    [Fact]
    public async Task The_many_that_are_held_before_a_lane_closes_do_not_hide_one_that_fits()
    {
        Store.Admission.ScanLimit = 3;
        await People.EditLaneAsync("shell", """{"windows":["22:00-06:00 UTC"],"holdBeforeClose":true}""");
        await Store.AddWorkerAsync("w1", "shell=1");
        for (var i = 0; i < 8; i++)
            await Store.AddTaskAsync("shell", t => t.MaxRuntimeSeconds = 7 * 3600);
        await Store.AdvanceAsync(TimeSpan.FromSeconds(1));
        var fits = await Store.AddTaskAsync("shell", t => t.MaxRuntimeSeconds = 3600);

        Assert.Equal(fits.Key, Assert.Single(await Store.AdmitAsync()).TaskKey);
    }

    [Fact]
    public async Task How_long_a_task_without_a_limit_may_take_is_told_by_the_lanes_last_runs()
    {
        await People.EditLaneAsync("shell", """{"holdBeforeClose":true}""");
        await Store.AddPoolAsync("vllm-a", 20, pool => pool.Windows = "01:30-02:30 UTC = closed");
        await People.EditLaneAsync("shell", """{"draws":{"vllm-a":1}}""");
        for (var i = 0; i < 10; i++)
            await CreateAsync("past");
        await Store.AddWorkerAsync("w1", "shell=50");
        var past = (await Store.AdmitAsync()).ToList();
        foreach (var offer in past)
            await Store.ClaimAsync("w1", offer.RunId);
        foreach (var (offer, i) in past.Select((o, i) => (o, i)))
        {
            // Nine take up to 40 minutes, one takes an hour.
            await Store.AdvanceAsync(TimeSpan.FromMinutes(i == 9 ? 20 : i == 0 ? 8 : 4));
            await Store.FinishAsync("w1", new FinishItem(offer.RunId, 1, Outcome.Succeeded));
        }

        await CreateAsync("next");

        Assert.Empty(await Store.AdmitAsync());
        Assert.Equal("pool vllm-a closes at 01:30 (UTC), and it may take 40 min, by the lane's last runs: it waits until 02:30", (await ShowAsync("main-11")).Wait);
    }

    protected Task<AdmissionTick.Look> TickAsync() => Store.UseAsync(s => s.GetRequiredService<AdmissionTick>().RunAsync(everything: false, default));
}
