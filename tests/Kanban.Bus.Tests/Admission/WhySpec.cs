using Kanban.Bus.Board.Admission;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;

namespace Kanban.Bus.Tests.Admission;

/// <summary>Why a task waits: what for, who holds it and for how long, its place, and about how long yet.</summary>
public abstract class WhySpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task The_holders_of_a_pool_are_named_and_the_wait_is_guessed_from_the_lanes_last_runs()
    {
        await Store.AddPoolAsync("vllm-a", 3);
        await People.EditLaneAsync("shell", """{"draws":{"vllm-a":1}}""");
        var past = await StartAsync((await CreateAsync("past")).Key);
        await Store.AdvanceAsync(TimeSpan.FromMinutes(10));
        await Store.FinishAsync("w1", new FinishItem(past, 1, Outcome.Succeeded));
        await People.CreateAsync(new("big", "shell", Draws: new Dictionary<string, int?> { ["vllm-a"] = 2 }));
        await StartAsync("main-2");
        await Store.AdvanceAsync(TimeSpan.FromMinutes(4));
        await CreateAsync("small");
        await StartAsync("main-3");
        var (first, second) = (await CreateAsync("first"), await CreateAsync("second"));
        await Store.AdvanceAsync(TimeSpan.FromMinutes(2));

        var why = (await People.WhyAsync(second.Key)).Value<WhyView>();

        Assert.Equal((WaitCode.PoolCap, "pool vllm-a", 2), (why.Code, why.Cap, why.Place));
        Assert.Equal("3 of 3 units of pool vllm-a are drawn by main-2 (shell@host-1, 6 min), main-3 (shell@host-1, 2 min)", why.Reason);
        Assert.Equal([("main-2", 2, 360), ("main-3", 1, 120)], why.Holders!.Select(h => (h.TaskKey, h.Units, (int)h.Seconds)));
        Assert.Equal(8 * 60, why.AboutSeconds);
        Assert.Equal(4 * 60, (await People.WhyAsync(first.Key)).Value<WhyView>().AboutSeconds);
    }

    [Fact]
    public async Task Without_a_history_nothing_is_guessed_and_a_task_that_waits_for_no_room_has_no_holders()
    {
        await People.EditLaneAsync("shell", """{"maxActive":1}""");
        await StartAsync((await CreateAsync("running")).Key);
        await CreateAsync("waits");
        var blocked = await CreateAsync("blocked");
        await People.BlockAsync(blocked.Key, "a person");

        var (waits, other) = ((await People.WhyAsync("main-2")).Value<WhyView>(), (await People.WhyAsync(blocked.Key)).Value<WhyView>());

        Assert.Equal(("lane shell", 1, null), (waits.Cap, waits.Holders!.Count, waits.AboutSeconds));
        Assert.Equal((null, null, null), (other.Cap, other.Holders, other.AboutSeconds));
    }

    [Fact]
    public async Task What_no_worker_and_no_pool_could_ever_take_is_said_when_it_is_made()
    {
        await Store.AddPoolAsync("vllm-a", 3);
        await Store.AddWorkerAsync("w1", "shell=1");
        await StartAsync((await CreateAsync("takes the slot")).Key);
        CreateTask[] tasks = [new("fits, though it must wait", "shell"), new("rare", "shell", Needs: ["cuda"]), new("greedy", "shell", Draws: new Dictionary<string, int?> { ["vllm-a"] = 4 })];

        Assert.Equal(
            [null, "0 of 1 workers fit: 1 lacks cuda", "it draws 4 units of pool vllm-a, which has 3"],
            (await People.CreateManyAsync(tasks)).Tasks.Select(t => t.Warning));
        Assert.NotNull((await People.CreateAsync(new("child", "shell", Parents: ["main-1"], Host: "far"))).Task.Warning);
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 5)]
    [InlineData(3, 9)]
    [InlineData(4, 14)]
    public void The_guess_counts_on_from_what_the_holders_have_left(int place, int minutes) =>
        Assert.Equal(TimeSpan.FromMinutes(minutes), Estimate.Of(place, TimeSpan.FromMinutes(10), [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(6), TimeSpan.FromMinutes(30)]));
}
