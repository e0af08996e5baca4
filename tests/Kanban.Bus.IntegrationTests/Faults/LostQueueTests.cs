using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Bus;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>A lane's queue that an operator deletes or purges: the rows make it whole again.</summary>
public sealed class LostQueueTests
{
    [NeedsServersFact]
    public async Task Tasks_are_carried_out_although_their_lanes_queue_is_deleted_by_hand()
    {
        await using var cluster = await Cluster.CreateAsync();
        cluster.Settings["Admission:RepublishAfter"] = "00:00:05";
        var board = await cluster.StartBoardAsync();
        await board.Api.AddLaneAsync(new CreateLane("work"));
        await cluster.StartWorkerAsync(new WorkerShape("worker", "work", 4));
        var before = await board.Api.AddTaskAsync(new CreateTask("before", "work", Body: "echo before"));
        await cluster.UntilAsync(before.Key, Status.Done);
        var rabbit = (await SharedServers.RabbitAsync()).Management;

        await rabbit.DeleteQueueAsync(cluster.VirtualHost, BusNames.LaneQueue("work", ""));
        var after = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => board.Api.AddTaskAsync(new CreateTask($"after {i}", "work", Body: "echo after"))));

        foreach (var task in after)
            Assert.Equal(0, (await cluster.UntilAsync(task.Key, Status.Done, TimeSpan.FromMinutes(2))).Task.Attempts);
        Assert.Equal("quorum", (await rabbit.QueueAsync(cluster.VirtualHost, BusNames.LaneQueue("work", "")))!.Value.GetProperty("type").GetString());
    }

    [NeedsServersFact]
    public async Task Offers_that_are_purged_are_published_again()
    {
        await using var cluster = await Cluster.CreateAsync();
        cluster.Settings["Admission:RepublishAfter"] = "00:00:03";
        cluster.Settings["Admission:LookAhead"] = "5";
        var board = await cluster.StartBoardAsync();
        await board.Api.AddLaneAsync(new CreateLane("work"));
        await cluster.StartWorkerAsync(new WorkerShape("worker", "work", 1));
        var gate = Path.Combine(cluster.Folder, "go");
        var tasks = await Task.WhenAll(Enumerable.Range(0, 5).Select(i =>
            board.Api.AddTaskAsync(new CreateTask($"task {i}", "work", Body: $"while [ ! -e '{gate}' ]; do sleep 0.1; done"))));
        await Eventually.Async(async () => (await board.Api.GetAsync<LaneView>("lanes/work")) is { Offered: 4, Running: 1 });
        var rabbit = (await SharedServers.RabbitAsync()).Management;

        await rabbit.PurgeQueueAsync(cluster.VirtualHost, BusNames.LaneQueue("work", ""));
        await File.WriteAllTextAsync(gate, "");

        foreach (var task in tasks)
            await cluster.UntilAsync(task.Key, Status.Done, TimeSpan.FromMinutes(2));
    }

    [NeedsServersFact]
    public async Task Offers_to_a_worker_that_beats_and_has_lost_the_broker_do_not_pile_up()
    {
        await using var cluster = await Cluster.CreateAsync();
        cluster.Settings["Admission:RepublishAfter"] = "00:00:01";
        cluster.Settings["Admission:LookAhead"] = "2";
        var link = cluster.WorkersBroker = cluster.Link(cluster.Broker);
        var board = await cluster.StartBoardAsync();
        await board.Api.AddLaneAsync(new CreateLane("work"));
        await cluster.StartWorkerAsync(new WorkerShape("worker", "work", 1));
        var rabbit = (await SharedServers.RabbitAsync()).Management;
        var queue = BusNames.LaneQueue("work", "");
        await Eventually.Async(async () => (await rabbit.QueueAsync(cluster.VirtualHost, queue))?.TryGetProperty("consumers", out var consumers) is true && consumers.GetInt32() == 1);
        link.Mode = LinkMode.Refuse;
        var tasks = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => board.Api.AddTaskAsync(new CreateTask($"task {i}", "work", Body: "true"))));
        await Eventually.Async(async () => await board.Api.GetAsync<LaneView>("lanes/work") is { Offered: 3 });

        // Each round of publishing again is noted on the runs' rows: many of them, and never more messages than offers.
        await using (var database = Npgsql.NpgsqlDataSource.Create(cluster.Database))
        {
            var first = await PublishedAtAsync(database);
            await Eventually.Async(async () => await PublishedAtAsync(database) > first + TimeSpan.FromSeconds(8));
        }
        // Two slow publishes may have been doubled; each round would have added three. Fewer: what the broker still has on its way to the worker is not counted.
        await using (var eye = await AmqpReader.ConnectAsync(cluster.Broker))
            Assert.InRange((await eye.Broker.QueueDeclarePassiveAsync(queue)).MessageCount, 0u, 12u);
        link.Mode = LinkMode.Pass;

        foreach (var task in tasks)
            await cluster.UntilAsync(task.Key, Status.Done, TimeSpan.FromSeconds(90));
    }

    private static async Task<DateTime> PublishedAtAsync(Npgsql.NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("SELECT max(published_at) FROM runs");
        return await command.ExecuteScalarAsync() as DateTime? ?? DateTime.MinValue;
    }
}
