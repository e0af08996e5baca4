using System.Diagnostics;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Bus;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>A broker that closes the channels of consumers which hold a delivery for too long, in the middle of runs that take much longer.</summary>
public sealed class ConsumerTimeoutTests
{
    /// <summary>The broker's own default is half an hour, looked at once a minute; here seconds.</summary>
    private const string Impatient = "[{rabbit, [{consumer_timeout, 3000}, {channel_tick_interval, 1000}]}].";

    private static readonly string Queue = BusNames.LaneQueue("work", "");

    [NeedsServersFact]
    public async Task After_a_time_out_of_a_delivery_its_queue_is_consumed_within_15_seconds_the_others_throughout_and_the_run_goes_on()
    {
        await using var rabbit = await RabbitServer.StartNewAsync(Impatient);
        await using var cluster = await Cluster.CreateAsync(await SharedServers.PostgresAsync(), rabbit);
        var board = await cluster.StartBoardAsync();
        var oracle = await Oracle.WatchAsync(cluster);
        await board.Api.AddLaneAsync(new CreateLane("work"));
        await board.Api.AddLaneAsync(new CreateLane("other"));
        var worker = await cluster.StartWorkerAsync(new WorkerShape("worker", "worker", new Dictionary<string, int> { ["work"] = 2, ["other"] = 1 }));
        var gate = Path.Combine(cluster.Folder, "go");
        var task = await board.Api.AddTaskAsync(new CreateTask("long", "work", Body: oracle.Witness.Script($"while [ ! -e '{gate}' ]; do sleep 0.1; done")));
        await Eventually.Async(() => oracle.Witness.Lines.Count == 1);
        // The very consumer, on its channel: a count may be off while the machine is busy.
        var other = await Eventually.ValueAsync(async () => await ConsumersAsync() is { Count: 1 } one ? one : null);
        await using var eye = await AmqpReader.ConnectAsync(cluster.Broker);

        // Each time the delivery comes again, it is held again, and times out again.
        for (var round = 0; round < 2; round++)
        {
            await Eventually.Async(async () => (await eye.Broker.QueueDeclarePassiveAsync(Queue)).ConsumerCount == 0, TimeSpan.FromMinutes(2));
            var since = Stopwatch.GetTimestamp();
            await Eventually.Async(async () => (await eye.Broker.QueueDeclarePassiveAsync(Queue)).ConsumerCount == 1, TimeSpan.FromMinutes(2));
            Assert.InRange(Stopwatch.GetElapsedTime(since).TotalSeconds, 0, 15);
            Assert.True(other.SequenceEqual(await ConsumersAsync()), worker.Log);
        }

        var second = await board.Api.AddTaskAsync(new CreateTask("second", "work", Body: oracle.Witness.Script("true")));
        await cluster.UntilAsync(second.Key, Status.Done);
        await File.WriteAllTextAsync(gate, "");
        await cluster.UntilAsync(task.Key, Status.Done);
        Assert.Single(await board.Api.RunsAsync(task.Key));
        await oracle.CheckAsync();

        async Task<List<string>> ConsumersAsync() =>
        [
            .. (await rabbit.ControlAsync("-p", Uri.UnescapeDataString(new Uri(cluster.Broker).AbsolutePath[1..]), "-q", "list_consumers", "queue_name", "channel_pid", "consumer_tag"))
                .Split('\n').Where(line => line.StartsWith(BusNames.LaneQueue("other", "") + "\t", StringComparison.Ordinal)),
        ];
    }
}
