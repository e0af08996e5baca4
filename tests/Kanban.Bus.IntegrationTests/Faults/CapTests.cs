using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>A cap holds however many boards admit and however many slots wait.</summary>
public sealed class CapTests
{
    private const int Cap = 3;
    private const int Tasks = 30;

    [NeedsServersFact]
    public async Task Two_boards_never_pass_a_cap_of_three_with_sixty_four_free_slots()
    {
        await using var cluster = await Cluster.CreateAsync();
        var boards = new[] { await cluster.StartBoardAsync(), await cluster.StartBoardAsync() };
        var oracle = await Oracle.WatchAsync(cluster);
        await boards[0].Api.AddLaneAsync(new CreateLane("work", MaxActive: Cap));
        for (var i = 0; i < 4; i++)
            await cluster.StartWorkerAsync(new WorkerShape($"worker-{i}", "work", 16), boards[i % 2]);

        // Each board takes half of the tasks, all at once, so that both admit at the same moments.
        await Task.WhenAll(Enumerable.Range(0, Tasks).Select(i =>
            boards[i % 2].Api.AddTaskAsync(new CreateTask($"task {i}", "work", Body: oracle.Witness.Script("sleep 0.3")))));
        await oracle.CheckAsync();

        Assert.Equal(Cap, oracle.Witness.MostAtOnce(_ => true));
        Assert.Equal(Cap, await oracle.MostLiveAsync("work"));
        Assert.Equal(Tasks, oracle.Witness.Lines.Count(l => l.What == "end"));
    }
}
