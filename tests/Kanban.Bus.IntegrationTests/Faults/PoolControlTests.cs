using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>What is changed of a pool on one board holds on every other at once.</summary>
public sealed class PoolControlTests
{
    [NeedsServersFact]
    public async Task A_pool_changed_on_one_board_holds_on_the_other_at_once()
    {
        await using var cluster = await Cluster.CreateAsync();
        var boards = new[] { await cluster.StartBoardAsync(), await cluster.StartBoardAsync() };
        await boards[0].Api.PostAsync<PoolView>("pools", new CreatePool("vllm", PoolKind.Gateway));
        await boards[0].Api.AddLaneAsync(new CreateLane("work", Draws: new Dictionary<string, int?> { ["vllm"] = 1 }));
        await cluster.StartWorkerAsync(new WorkerShape("worker", "work", 16), boards[1]);
        for (var i = 0; i < 8; i++)
            await boards[1].Api.AddTaskAsync(new CreateTask($"task {i}", "work", Body: "sleep 600"));
        await RunningAsync(2);

        await boards[0].Api.PatchAsync<PoolView>("pools/vllm", new { capacity = 5 });
        await RunningAsync(5);
        await boards[0].Api.PostAsync<PoolView>("pools/all/pause", new WithReason("drill"));
        await boards[1].Api.PatchAsync<PoolView>("pools/vllm", new { capacity = 7 });
        await boards[1].Api.PostAsync<TaskView>("tasks/main-1/cancel");
        await RunningAsync(4);
        Assert.Equal(0, (await boards[0].Api.GetAsync<PoolView>("pools/vllm")).Offered);
        await boards[1].Api.PostAsync<PoolView>("pools/all/resume");
        await RunningAsync(7);

        Assert.Empty((await boards[0].Api.GetAsync<LedgerView>("ledger")).Faults);

        Task RunningAsync(int count) => Eventually.Async(async () => (await boards[0].Api.GetAsync<LaneView>("lanes/work")) is var lane && lane.Running == count && lane.Offered == 0);
    }
}
