using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;

namespace Kanban.Bus.Tests.Admission;

/// <summary>A pass made by hand goes through the same gate, starts no more than was asked for, and a dry run tells the truth.</summary>
public abstract class DispatchSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task A_dry_run_names_what_the_next_pass_starts_and_why_the_rest_waits_and_starts_nothing()
    {
        await Store.AddWorkerAsync("w1", "shell=2");
        for (var i = 0; i < 3; i++)
            await CreateAsync($"t{i}");

        var dry = (await People.DispatchAsync(new(DryRun: true))).Value<DispatchView>();
        var again = (await People.DispatchAsync(new(DryRun: true))).Value<DispatchView>();
        var real = (await People.DispatchAsync(new())).Value<DispatchView>();

        Assert.Equal(["main-1", "main-2"], dry.Starts.Select(s => s.Task));
        Assert.Equal(dry.Starts.Select(s => s.Task), again.Starts.Select(s => s.Task));
        Assert.Equal(dry.Starts.Select(s => s.Task), real.Starts.Select(s => s.Task));
        Assert.Equal((1, "main-3"), (dry.Waits.Single().Ready, dry.Waits.Single().First));
        Assert.Contains("all 2 slots", dry.Waits.Single().Reason, StringComparison.Ordinal);
        Assert.Equal(dry.Waits.Single(), real.Waits.Single());
    }

    [Fact]
    public async Task No_more_start_than_was_asked_for_and_a_later_pass_starts_the_rest()
    {
        await Store.AddWorkerAsync("w1", "shell=4");
        for (var i = 0; i < 3; i++)
            await CreateAsync($"t{i}");

        var dry = (await People.DispatchAsync(new(Max: 2, DryRun: true))).Value<DispatchView>();
        var first = (await People.DispatchAsync(new(Max: 2))).Value<DispatchView>();
        var second = (await People.DispatchAsync(new(Max: 2))).Value<DispatchView>();

        Assert.Equal((2, true), (first.Starts.Count, first.More));
        Assert.Equal((true, true), (dry.DryRun, dry.More));
        Assert.Equal(first.Starts.Select(s => s.Task), dry.Starts.Select(s => s.Task));
        Assert.Equal(first.Waits.Single(), dry.Waits.Single());
        Assert.Contains("beyond what one pass was asked", first.Waits.Single().Reason, StringComparison.Ordinal);
        Assert.Equal(("main-3", false), (second.Starts.Single().Task, second.More));
        Assert.Empty(second.Waits);
        Assert.Equal("/max", (await People.DispatchAsync(new(Max: 0))).Fault().Pointer);
    }

    [Fact]
    public async Task A_pass_by_hand_passes_no_cap()
    {
        await Store.AddWorkerAsync("w1", "shell=4");
        await Store.AddPoolAsync("vllm-a", 1);
        await People.EditLaneAsync("shell", """{"draws":{"vllm-a":1}}""");
        await CreateAsync("t0");
        await CreateAsync("t1");

        var first = (await People.DispatchAsync(new(Max: 10))).Value<DispatchView>();
        var second = (await People.DispatchAsync(new(Max: 10))).Value<DispatchView>();

        Assert.Equal(("main-1", 1), (first.Starts.Single().Task, first.Starts.Single().Draws["vllm-a"]));
        Assert.Empty(second.Starts);
        Assert.Contains("1 of 1 units of pool vllm-a", second.Waits.Single().Reason, StringComparison.Ordinal);
    }
}
