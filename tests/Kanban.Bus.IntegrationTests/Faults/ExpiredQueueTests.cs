using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>Queues that the broker ends when nobody has consumed them for long: those of requirement sets and of workers' hints.</summary>
public sealed class ExpiredQueueTests
{
    [NeedsServersFact]
    public async Task A_worker_that_was_away_for_longer_than_its_queues_last_consumes_all_of_them_again()
    {
        await using var cluster = await Cluster.CreateAsync();
        cluster.Settings["Admission:RepublishAfter"] = "00:00:03";
        var link = cluster.WorkersBroker = cluster.Link(cluster.Broker);
        var board = await cluster.StartBoardAsync();
        await board.Api.AddLaneAsync(new CreateLane("work"));
        await cluster.StartWorkerAsync(new WorkerShape("w1", "w1", new Dictionary<string, int> { ["work"] = 2 }, ["cuda"]));
        var before = await board.Api.AddTaskAsync(new CreateTask("before", "work", Body: "true", Needs: ["cuda"]));
        await cluster.UntilAsync(before.Key, Status.Done);
        var rabbit = cluster.Rabbit.Management;
        string[] queues = [BusNames.LaneQueue("work", "cuda"), BusNames.WorkerQueue("w1")];
        foreach (var queue in queues)
            await Eventually.Async(async () => await ConsumersAsync(queue) == 1, text: $"{queue} is consumed");

        link.Mode = LinkMode.Refuse;
        // The shorter of policy and argument counts: what takes them minutes and an hour takes a second.
        await rabbit.SetPolicyAsync(cluster.VirtualHost, "soon", "^kanban[.](worker[.]|lane[.]work[.])", new { expires = 1000 });
        foreach (var queue in queues)
            await Eventually.Async(async () => await rabbit.QueueAsync(cluster.VirtualHost, queue) is null, TimeSpan.FromMinutes(1), $"{queue} has expired");
        await rabbit.DropPolicyAsync(cluster.VirtualHost, "soon");
        var after = await board.Api.AddTaskAsync(new CreateTask("after", "work", Body: "true", Needs: ["cuda"]));
        link.Mode = LinkMode.Pass;

        Assert.Equal(0, (await cluster.UntilAsync(after.Key, Status.Done, TimeSpan.FromMinutes(2))).Task.Attempts);
        foreach (var queue in queues)
            await Eventually.Async(async () => await ConsumersAsync(queue) == 1, TimeSpan.FromMinutes(2), $"{queue} is consumed again");

        async Task<int> ConsumersAsync(string queue) =>
            (await rabbit.QueueAsync(cluster.VirtualHost, queue))?.TryGetProperty("consumers", out var count) is true ? count.GetInt32() : 0;
    }
}
