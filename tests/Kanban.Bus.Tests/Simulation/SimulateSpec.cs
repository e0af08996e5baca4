using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;

namespace Kanban.Bus.Tests.Simulation;

/// <summary>What was recorded is replayed against other caps, and nothing is changed by it.</summary>
public abstract class SimulateSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task Runs_of_the_last_hours_wait_longer_where_fewer_may_run_at_once()
    {
        await Store.AddPoolAsync("vllm-a", 4);
        await People.EditLaneAsync("shell", """{"draws":{"vllm-a":1}}""");
        for (var i = 0; i < 4; i++)
            await CreateAsync($"t{i}");
        await Store.AddWorkerAsync("w1", "shell=9");
        var runs = (await Store.AdmitAsync()).Select(o => o.RunId).ToList();
        foreach (var run in runs)
            Assert.NotNull((await Store.ClaimAsync("w1", run)).Grant);
        await Store.AdvanceAsync(TimeSpan.FromSeconds(20));
        foreach (var run in runs)
            await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Succeeded));

        // What is paused now was not then.
        await People.PauseLaneAsync("shell");
        await People.PausePoolAsync("vllm-a");

        var view = (await People.SimulateAsync(new(new Dictionary<string, string> { ["pool.vllm-a"] = "2" }, 3600))).Value<SimulationView>();

        Assert.Equal((4, 4, 0), (view.Runs, view.Recorded.Started, view.Recorded.Starved));
        Assert.InRange(view.Now.Waits.MaxSeconds!.Value, 0, 5);
        Assert.InRange(view.Proposed.Waits.MaxSeconds!.Value, 15, 30);
        Assert.Equal((4, 2), (view.Now.Caps.Single(c => c.Cap == "pool vllm-a").Peak, view.Proposed.Caps.Single(c => c.Cap == "pool vllm-a").Peak));
        Assert.Equal(4, (await People.ShowPoolAsync("vllm-a")).Value<PoolView>().Capacity);
    }

    [Fact]
    public async Task What_still_runs_is_taken_to_last_as_long_as_its_lanes_runs_do_and_windows_may_be_proposed()
    {
        await Store.AddWorkerAsync("w1", "shell=1");
        var ended = await StartAsync((await CreateAsync("ended")).Key);
        await Store.AdvanceAsync(TimeSpan.FromSeconds(20));
        await Store.FinishAsync("w1", new FinishItem(ended, 1, Outcome.Succeeded));
        await StartAsync((await CreateAsync("runs")).Key);
        await Store.AdvanceAsync(TimeSpan.FromSeconds(1));
        await CreateAsync("waits");
        await Store.AdvanceAsync(TimeSpan.FromSeconds(5));

        var view = (await People.SimulateAsync(new(new Dictionary<string, string> { ["lane.shell.window"] = "00:00-12:00 UTC = 0" }, 3600))).Value<SimulationView>();

        Assert.Equal((3, 3), (view.Runs, view.Now.Waits.Started));
        Assert.Equal(19, view.Now.Waits.MaxSeconds!.Value, tolerance: 1);
        Assert.Contains(view.Notes, n => n.Contains("as long as the median run of its lane", StringComparison.Ordinal));
        Assert.Equal((3, 3), (view.Proposed.Waits.Started, view.Proposed.Waits.Starved));
        Assert.InRange(view.Proposed.Waits.P50Seconds!.Value, 43_100, 43_300);
    }

    [Theory]
    [InlineData("pool.vlm", "4")]
    [InlineData("pool.vllm-a", "many")]
    [InlineData("pool.vllm-a", "none")]
    [InlineData("lane.shell.window", "25:00-06:00")]
    [InlineData("shell", "4")]
    public async Task What_names_no_cap_or_is_no_value_is_refused_where_it_is(string name, string value)
    {
        await Store.AddPoolAsync("vllm-a", 4);

        Assert.Equal("/set/" + name, (await People.SimulateAsync(new(new Dictionary<string, string> { [name] = value }))).Fault().Pointer);
    }
}
