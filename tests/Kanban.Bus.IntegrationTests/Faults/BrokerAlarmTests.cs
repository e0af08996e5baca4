using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>A broker short of memory or disk takes no messages: what it holds is still consumed, claimed and acked, and the lane says what is wrong.</summary>
public sealed class BrokerAlarmTests
{
    [NeedsServersFact]
    public async Task While_the_broker_takes_no_messages_its_offers_are_claimed_and_new_ones_follow_when_it_does()
    {
        await using var rabbit = await RabbitServer.StartNewAsync();
        await using var cluster = await Cluster.CreateAsync(await SharedServers.PostgresAsync(), rabbit);
        cluster.Settings["Admission:LookAhead"] = "4";
        cluster.Settings["Transport:AlarmAfter"] = "1s";
        var board = await cluster.StartBoardAsync();
        await board.Api.AddLaneAsync(new CreateLane("work"));
        var worker = await cluster.StartWorkerAsync(new WorkerShape("worker", "work", 1));
        (string Raise, string Clear, string What)[] alarms =
        [
            ("set_vm_memory_high_watermark 0.00001", "set_vm_memory_high_watermark 0.6", "memory"),
            ("set_disk_free_limit 100000GB", "set_disk_free_limit 50MB", "disk"),
        ];
        foreach (var (raise, clear, what) in alarms)
        {
            var gate = Path.Combine(cluster.Folder, "go-" + what);
            var offered = new List<TaskView>();
            for (var i = 0; i < 4; i++)
                offered.Add(await board.Api.AddTaskAsync(new CreateTask($"{what} {i}", "work", Body: $"while [ ! -e '{gate}' ]; do sleep 0.1; done")));
            await Eventually.Async(async () => await board.Api.GetAsync<LaneView>("lanes/work") is { Running: 1, Offered: 3 });

            await rabbit.ControlAsync(raise.Split(' '));
            var during = await board.Api.AddTaskAsync(new CreateTask($"{what} during", "work", Body: "true"));
            await Eventually.Async(
                async () => (await board.Api.GetAsync<LaneView>("lanes/work")).Problem is { } problem && problem.Contains($"takes no messages since", StringComparison.Ordinal) && problem.Contains(what, StringComparison.Ordinal),
                TimeSpan.FromMinutes(1));
            await Eventually.Async(async () => (await board.Api.GetAsync<Page<AlarmView>>("alarms")).Items is [{ Kind: AlarmKind.BrokerAway } alarm] && alarm.Reason.Contains(what, StringComparison.Ordinal), TimeSpan.FromMinutes(1));
            await File.WriteAllTextAsync(gate, "");

            // The worker's connection only consumes, so the broker goes on reading its acks.
            foreach (var task in offered)
                await cluster.UntilAsync(task.Key, Status.Done, TimeSpan.FromMinutes(1));
            await Eventually.Async(async () => await CountAsync(rabbit, cluster, "messages_unacknowledged") == 0);
            Assert.Equal(Status.Ready, (await board.Api.TaskAsync(during.Key)).Task.Status);

            await rabbit.ControlAsync(clear.Split(' '));
            await cluster.UntilAsync(during.Key, Status.Done, TimeSpan.FromSeconds(60));
            await Eventually.Async(async () => (await board.Api.GetAsync<LaneView>("lanes/work")).Problem is null);
            foreach (var task in offered.Append(during))
                Assert.Single(await board.Api.RunsAsync(task.Key));
        }
    }

    private static async Task<int> CountAsync(RabbitServer rabbit, Cluster cluster, string what) =>
        await rabbit.Management.QueueAsync(cluster.VirtualHost, BusNames.LaneQueue("work", "")) is { } queue && queue.TryGetProperty(what, out var count) ? count.GetInt32() : -1;
}
