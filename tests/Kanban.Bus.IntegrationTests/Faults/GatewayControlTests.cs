using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>A cap that follows its gateway, on two boards of which one dies.</summary>
public sealed class GatewayControlTests
{
    [NeedsServersFact]
    public async Task A_cap_follows_its_gateway_down_and_up_whichever_board_is_alive_and_freezes_when_the_probe_dies()
    {
        await using var cluster = await Cluster.CreateAsync();
        foreach (var (key, time) in new[] { ("ProbeEvery", "100ms"), ("HealthyFor", "400ms"), ("CoolDown", "200ms") })
            cluster.Settings["Gateway:" + key] = time;
        var boards = new[] { await cluster.StartBoardAsync(), await cluster.StartBoardAsync() };
        await using var gateway = await GatewayEmulator.StartAsync();
        await boards[0].Api.PostAsync<PoolView>("pools", new CreatePool("vllm", PoolKind.Gateway, 4, Ceiling: 4, Probe: ProbeKind.Vllm, Address: gateway.Url));
        await boards[0].Api.AddLaneAsync(new CreateLane("work", Draws: new Dictionary<string, int?> { ["vllm"] = 1 }));
        await cluster.StartWorkerAsync(new WorkerShape("worker", "work", 16), boards[1]);
        for (var i = 0; i < 8; i++)
            await boards[0].Api.AddTaskAsync(new CreateTask($"task {i}", "work", Body: "sleep 600"));
        await RunningAsync(4);
        Assert.Equal((4, CapSource.Controller), await PoolAsync() is var begun ? (begun.Limit, begun.Source) : default);

        gateway.Chat(9);
        await Eventually.Async(async () => (await PoolAsync()).Limit == 2);
        Assert.StartsWith("4 of 2 units of pool vllm (lowered from 4: 8 requests wait) are drawn by", (await boards[1].Api.GetAsync<WhyView>("tasks/main-8/why")).Reason, StringComparison.Ordinal);

        // The other board has the state from the row. With the chats gone it goes back up, as what was above the cap has ended.
        await boards[0].Kill9Async();
        await gateway.EndChatAsync();
        for (var i = 1; i <= 3; i++)
            await boards[1].Api.PostAsync<TaskView>($"tasks/main-{i}/cancel");
        await Eventually.Async(async () => (await PoolAsync()).Limit == 4);
        await RunningAsync(4);

        await gateway.DisposeAsync();
        await Eventually.Async(async () => (await PoolAsync()).Gateway!.Frozen is not null);

        var pool = await PoolAsync();
        Assert.Equal(4, pool.Limit);
        Assert.Equal([CapMoveKind.Frozen, CapMoveKind.Raised, CapMoveKind.Raised, CapMoveKind.Lowered], pool.Gateway!.Moves.Select(m => m.Kind));
        Assert.Empty((await boards[1].Api.GetAsync<LedgerView>("ledger")).Faults);

        Task<PoolView> PoolAsync() => boards[1].Api.GetAsync<PoolView>("pools/vllm");
        Task RunningAsync(int count) => Eventually.Async(async () => (await boards[1].Api.GetAsync<LaneView>("lanes/work")) is var lane && lane.Running == count && lane.Offered == 0);
    }
}
