using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>A broker that closes the channels of consumers which hold a delivery for too long, in the middle of runs that take much longer.</summary>
public sealed class ConsumerTimeoutTests
{
    /// <summary>The broker's own default is half an hour, looked at once a minute; here seconds.</summary>
    private const string Impatient = "[{rabbit, [{consumer_timeout, 3000}, {channel_tick_interval, 1000}]}].";

    [NeedsServersFact]
    public async Task A_run_goes_on_over_a_time_out_of_its_delivery_and_other_work_is_taken_meanwhile()
    {
        await using var rabbit = await RabbitServer.StartNewAsync(Impatient);
        await using var cluster = await Cluster.CreateAsync(await SharedServers.PostgresAsync(), rabbit);
        var board = await cluster.StartBoardAsync();
        var oracle = await Oracle.WatchAsync(cluster);
        await board.Api.AddLaneAsync(new CreateLane("work"));
        await cluster.StartWorkerAsync(new WorkerShape("worker", "work", 2));
        var gate = Path.Combine(cluster.Folder, "go");
        var task = await board.Api.AddTaskAsync(new CreateTask("long", "work", Body: oracle.Witness.Script($"while [ ! -e '{gate}' ]; do sleep 0.1; done")));
        await Eventually.Async(() => oracle.Witness.Lines.Count == 1);

        // The time-out hands the delivery back, and it comes again.
        await Eventually.Async(async () => await RedeliveredAsync(rabbit, cluster) >= 1, TimeSpan.FromMinutes(2));
        var other = await board.Api.AddTaskAsync(new CreateTask("other", "work", Body: oracle.Witness.Script("true")));
        await cluster.UntilAsync(other.Key, Status.Done);
        await File.WriteAllTextAsync(gate, "");

        await cluster.UntilAsync(task.Key, Status.Done);
        Assert.Single(await board.Api.RunsAsync(task.Key));
        await oracle.CheckAsync();
    }

    private static async Task<int> RedeliveredAsync(RabbitServer rabbit, Cluster cluster) =>
        await rabbit.Management.QueueAsync(cluster.VirtualHost, BusNames.LaneQueue("work", "")) is { } queue
        && queue.TryGetProperty("message_stats", out var stats) && stats.TryGetProperty("redeliver", out var count) ? count.GetInt32() : 0;
}
