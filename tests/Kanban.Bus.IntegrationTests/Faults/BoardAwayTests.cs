using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>A board that slept says nothing about its workers. One that was killed is in <see cref="BoardRestartTests"/>.</summary>
public sealed class BoardAwayTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(6);

    [NeedsServersFact]
    public async Task Runs_go_on_over_two_leases_of_a_board_that_stands_still()
    {
        await using var cluster = await Cluster.CreateAsync();
        var board = await cluster.StartBoardAsync();
        var oracle = await Oracle.WatchAsync(cluster);
        await board.Api.AddLaneAsync(new CreateLane("work"));
        await cluster.StartWorkerAsync(new WorkerShape("w1", "work", 2));
        await cluster.StartWorkerAsync(new WorkerShape("w2", "work", 2));
        var gate = Path.Combine(cluster.Folder, "go");
        var keys = new List<string>();
        for (var i = 0; i < 4; i++)
            keys.Add((await board.Api.AddTaskAsync(new CreateTask("long", "work", Body: oracle.Witness.Script($"while [ ! -e '{gate}' ]; do sleep 0.2; done")))).Key);
        await Eventually.Async(() => oracle.Witness.Lines.Count == 4);

        await board.FreezeAsync();
        await Task.Delay(2 * Lease);
        board.Thaw();

        // Time enough for a sweep that takes its own absence for theirs.
        await Task.Delay(Lease + TimeSpan.FromSeconds(2));
        await Eventually.Async(async () => (await board.Api.WorkersAsync()).All(w => w.State == WorkerState.Live));
        await File.WriteAllTextAsync(gate, "");
        await oracle.CheckAsync();
        foreach (var key in keys)
            Assert.Equal([(1, RunState.Succeeded)], (await board.Api.RunsAsync(key)).Select(r => (r.Number, r.State)));
        Assert.Equal(8, oracle.Witness.Lines.Count);
    }
}
