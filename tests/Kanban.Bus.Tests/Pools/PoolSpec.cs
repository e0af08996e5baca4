using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Pools;

/// <summary>Pools: how they are made, changed and deleted, and who draws from them.</summary>
public abstract class PoolSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task A_new_gateway_has_two_units_unless_told_and_other_kinds_must_be_told()
    {
        var gateway = (await People.CreatePoolAsync(new("vllm-a", PoolKind.Gateway, Floor: 1, Ceiling: 8))).Value<PoolView>();

        Assert.Equal((2, 2, CapSource.Configured, 1, 8, 0), (gateway.Capacity, gateway.Limit, gateway.Source, gateway.Floor, gateway.Ceiling, gateway.Used));
        Assert.Equal("/capacity", (await People.CreatePoolAsync(new("acct-x", PoolKind.Account))).Fault().Pointer);
        (await People.CreatePoolAsync(new("vllm-a", Capacity: 1))).Refused(409, "exists");
    }

    [Theory]
    [InlineData("all", PoolKind.Fixed, 1, null, "/name")]
    [InlineData("VLLM", PoolKind.Fixed, 1, null, "/name")]
    [InlineData("host:gpu-1", PoolKind.Fixed, 1, null, "/kind")]
    [InlineData("gpu-1", PoolKind.Host, 1, null, "/kind")]
    [InlineData("x", PoolKind.Global, 1, null, "/kind")]
    [InlineData("x", PoolKind.Fixed, 100_001, null, "/capacity")]
    [InlineData("x", PoolKind.Fixed, 1, 1, "/floor")]
    [InlineData("x", PoolKind.Gateway, 1, 2, "/floor")]
    public async Task What_makes_no_pool_is_refused_where_it_is(string name, PoolKind kind, int capacity, int? floor, string pointer) =>
        Assert.Equal(pointer, (await People.CreatePoolAsync(new(name, kind, capacity, floor))).Fault().Pointer);

    [Fact]
    public async Task Draws_are_kept_shown_and_patched_by_name()
    {
        await Store.AddPoolAsync("vllm-a", 4);
        await Store.AddPoolAsync("acct-x", 4);
        var lane = (await People.CreateLaneAsync(new("codex", Draws: new Dictionary<string, int?> { ["vllm-a"] = 2 }))).Value<LaneView>();
        var task = (await People.CreateAsync(new("t", "codex", Draws: new Dictionary<string, int?> { ["vllm-a"] = 3 }))).Task;
        Assert.Equal((2, 3), (lane.Draws["vllm-a"], task.Draws["vllm-a"]));

        lane = (await People.EditLaneAsync("codex", """{"draws":{"acct-x":1,"vllm-a":null}}""")).Value<LaneView>();
        task = (await People.EditAsync(task.Key, """{"draws":null}""")).Task;

        Assert.Equal([new("acct-x", 1)], lane.Draws);
        Assert.Empty(task.Draws);
    }

    [Fact]
    public async Task An_unknown_pool_is_refused_with_the_nearest_known_one()
    {
        await Store.AddPoolAsync("vllm-a", 4);
        var wrong = new Dictionary<string, int?> { ["vlm-a"] = 1 };

        Assert.Contains("'vllm-a'", (await People.CreateLaneAsync(new("codex", Draws: wrong))).Refused(400, "unknown-pool"), StringComparison.Ordinal);
        (await People.EditLaneAsync("shell", """{"draws":{"vlm-a":1}}""")).Refused(400, "unknown-pool");
        Assert.Equal("/tasks/1/draws", (await People.CreateManyAsync(new CreateTask("a", "shell"), new CreateTask("b", "shell", Draws: wrong))).Fault().Pointer);
        var task = await CreateAsync("t");
        (await People.EditAsync(task.Key, """{"draws":{"vlm-a":1}}""")).Refused(400, "unknown-pool");
        Assert.Equal("/draws/vllm-a", (await People.EditAsync(task.Key, """{"draws":{"vllm-a":0}}""")).Fault().Pointer);
        Assert.Contains("'vllm-a'", (await People.ShowPoolAsync("vlm-a")).Refused(404, "not-found"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lane_a_profile_and_a_task_draw_together_and_the_run_keeps_what_it_was_admitted_with()
    {
        await Store.AddPoolAsync("vllm-a", 9, p => p.Profiles = "shell=1");
        await Store.AddPoolAsync("acct-x", 9);
        await Store.AddPoolAsync("gpu", 9);
        await People.EditLaneAsync("shell", """{"draws":{"acct-x":2}}""");
        var task = (await People.CreateAsync(new("t", "shell", Draws: new Dictionary<string, int?> { ["gpu"] = 3, ["acct-x"] = 1 }))).Task;

        var run = await StartAsync(task.Key);
        await People.EditLaneAsync("shell", """{"draws":null}""");

        Assert.Equal("acct-x=1,gpu=3,vllm-a=1", (await Store.RunAsync(run)).Draws);
        Assert.Equal("1 3 1", await UsedAsync("acct-x", "gpu", "vllm-a"));
    }

    [Fact]
    public async Task A_pool_is_deleted_when_nothing_draws_from_it_and_refused_with_the_names_before()
    {
        await Store.AddPoolAsync("gpu", 9, p => p.Profiles = "codex=1");
        await Store.AddPoolAsync("gpu-2", 9);
        await People.EditLaneAsync("shell", """{"draws":{"gpu":2,"gpu-2":1}}""");
        var task = (await People.CreateAsync(new("t", "shell", Draws: new Dictionary<string, int?> { ["gpu"] = 3 }))).Task;
        var run = await StartAsync(task.Key);

        Assert.Contains($"by lane shell; profile codex; task {task.Key}; live run {task.Key}#1.", (await People.DeletePoolAsync("gpu")).Refused(409, "pool-in-use"), StringComparison.Ordinal);
        await People.EditLaneAsync("shell", """{"draws":{"gpu":null}}""");
        await People.EditPoolAsync("gpu", """{"profiles":null}""");
        Assert.Contains($"by task {task.Key}; live run {task.Key}#1.", (await People.DeletePoolAsync("gpu")).Refused(409, "pool-in-use"), StringComparison.Ordinal);
        await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Succeeded));

        Assert.Equal(204, (await People.DeletePoolAsync("gpu", "replaced")).Status);
        (await People.DeletePoolAsync("gpu")).Refused(404, "not-found");
        (await People.ShowPoolAsync("gpu-2")).Value<PoolView>();
        (await People.DeletePoolAsync("all")).Refused(409, "pool-in-use");
        Assert.Contains("\"reason\":\"replaced\"", (await Store.ReadAsync(db => db.Events.SingleAsync(e => e.Type == EventTypes.PoolDeleted))).Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_draws_from_a_pool_that_is_gone_waits_and_says_so()
    {
        await Store.AddWorkerAsync("w1", "shell=9");
        var task = await Store.AddTaskAsync("shell", t => t.Draws = "gone=2");

        Assert.Empty(await Store.AdmitAsync());
        Assert.Equal("it draws 2 units of pool gone, which is gone", (await People.WhyAsync(task.Key)).Value<WhyView>().Reason);
    }

    [Fact]
    public async Task Tasks_behind_many_that_draw_from_a_full_pool_are_found()
    {
        Store.Admission.ScanLimit = 5;
        await Store.AddPoolAsync("full", 0);
        await Store.AddWorkerAsync("w1", "shell=1");
        for (var i = 0; i < 30; i++)
            await Store.AddTaskAsync("shell", t => (t.Draws, t.Priority) = (i % 2 == 0 ? "full=1" : "a=1,full=2", 9));
        var task = await Store.AddTaskAsync("shell");

        Assert.Equal(task.Key, Assert.Single(await Store.AdmitAsync()).TaskKey);
    }

    private async Task<string> UsedAsync(params string[] pools)
    {
        var used = new List<int>();
        foreach (var pool in pools)
            used.Add((await People.ShowPoolAsync(pool)).Value<PoolView>().Used);
        return string.Join(" ", used);
    }
}
