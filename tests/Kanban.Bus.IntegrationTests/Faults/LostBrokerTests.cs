using System.Diagnostics;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>A broker that dies, forgets everything, or comes back with a queue that never answers: no run is touched, an alarm says so, and offers are whole again within a minute.</summary>
public sealed class LostBrokerTests : IAsyncLifetime
{
    /// <summary>From the broker's return until new work flows.</summary>
    private static readonly TimeSpan Whole = TimeSpan.FromSeconds(90);

    private RabbitServer _rabbit = null!;
    private Cluster _cluster = null!;
    private BoardProcess _board = null!;
    private Witness _witness = null!;

    private string Gate => Path.Combine(_cluster.Folder, "go");

    public async Task InitializeAsync()
    {
        if (Programs.Missing is not null)
            return;
        var rabbit = RabbitServer.StartNewAsync();
        _cluster = await Cluster.CreateAsync(await SharedServers.PostgresAsync(), _rabbit = await rabbit);
        _cluster.Settings["Admission:LookAhead"] = "6";
        _cluster.Settings["Transport:AlarmAfter"] = "2s";
        _witness = new Witness(_cluster.Folder);
        _board = await _cluster.StartBoardAsync();
        await _board.Api.AddLaneAsync(new CreateLane("work"));
        await _cluster.StartWorkerAsync(new WorkerShape("worker", "work", 2));
    }

    public async Task DisposeAsync()
    {
        if (_cluster is null)
            return;
        await _cluster.DisposeAsync();
        await _rabbit.DisposeAsync();
    }

    [NeedsServersFact]
    public async Task A_killed_broker_that_is_away_for_longer_than_a_lease_touches_no_run()
    {
        var running = await RunningAndOfferedAsync();
        await _rabbit.DeclaredOnDiskAsync(BusNames.LaneQueue("work", ""));

        await _rabbit.Kill9Async();
        var during = await _board.Api.AddTaskAsync(new CreateTask("during", "work", Body: _witness.Script("true")));
        var away = Stopwatch.GetTimestamp();
        await Eventually.Async(async () => (await _board.Api.GetAsync<LaneView>("lanes/work")).Problem?.Contains("can't be reached since", StringComparison.Ordinal) is true, TimeSpan.FromMinutes(1));
        await Eventually.Async(() => Stopwatch.GetElapsedTime(away) > TimeSpan.FromSeconds(10));
        await Eventually.Async(async () => (await AlarmsAsync()).Count > 0, text: "an alarm says that the broker is away");
        var alarm = Assert.Single(await AlarmsAsync());
        Assert.Equal((AlarmKind.BrokerAway, "broker"), (alarm.Kind, alarm.Subject));
        Assert.Contains("can't be reached since", alarm.Reason, StringComparison.Ordinal);
        foreach (var key in running)
            Assert.Equal(Status.Running, (await _board.Api.TaskAsync(key)).Task.Status);
        await _rabbit.StartAsync();

        await WholeAgainAsync(during.Key);
        await EveryTaskEndedOnceAsync();
        await Eventually.Async(async () => (await AlarmsAsync()).Count == 0, TimeSpan.FromMinutes(1), "the alarm goes by itself");
    }

    [NeedsServersFact]
    public async Task A_broker_that_lost_its_data_is_filled_again_from_the_rows()
    {
        await RunningAndOfferedAsync();

        await _rabbit.Kill9Async();
        _rabbit.Wipe();
        await _rabbit.StartAsync();
        await _rabbit.Management.CreateVirtualHostAsync(_cluster.VirtualHost);
        var after = await _board.Api.AddTaskAsync(new CreateTask("after", "work", Body: _witness.Script("true")));

        await WholeAgainAsync(after.Key);
        await EveryTaskEndedOnceAsync();
    }

    [NeedsServersFact]
    public async Task A_queue_that_never_answers_after_a_kill_is_made_anew()
    {
        var lane = await KilledBeforeAQueueIsWrittenAsync();
        await _rabbit.StartAsync();
        var back = Stopwatch.GetTimestamp();

        var task = await _board.Api.AddTaskAsync(new CreateTask("young", lane, Body: _witness.Script("true")));

        await _cluster.UntilAsync(task.Key, Status.Done, Whole + TimeSpan.FromSeconds(60));
        Assert.True(Stopwatch.GetElapsedTime(back) < Whole, $"It took {Stopwatch.GetElapsedTime(back)}.");
        Assert.Contains("Queues that exist and never answer are deleted and made anew", _board.Log, StringComparison.Ordinal);
        Assert.Single(await _board.Api.RunsAsync(task.Key));
    }

    /// <summary>Two tasks that run until the gate opens, and six that wait in the queue.</summary>
    private async Task<IReadOnlyList<string>> RunningAndOfferedAsync()
    {
        for (var i = 0; i < 8; i++)
            await _board.Api.AddTaskAsync(new CreateTask($"task {i}", "work", Body: _witness.Script($"while [ ! -e '{Gate}' ]; do sleep 0.1; done")));
        await Eventually.Async(async () => await _board.Api.GetAsync<LaneView>("lanes/work") is { Running: 2, Offered: 6 });
        await Eventually.Async(() => _witness.Lines.Count == 2);
        return [.. _witness.Lines.Select(l => l.Task)];
    }

    /// <summary>
    /// The lane whose queue the node had declared, and not yet written to its log of names, when it was killed: it does so half a second later.
    /// The node is frozen for the look, and left alive where the look came too late.
    /// </summary>
    private async Task<string> KilledBeforeAQueueIsWrittenAsync()
    {
        for (var i = 0; i < 20; i++)
        {
            var lane = $"young-{i}";
            await _board.Api.AddLaneAsync(new CreateLane(lane));
            await _cluster.StartWorkerAsync(new WorkerShape($"other-{i}", lane, 1));
            await Eventually.Async(async () => await _rabbit.Management.QueueAsync(_cluster.VirtualHost, BusNames.LaneQueue(lane, "")) is not null);
            await _rabbit.FreezeAsync();
            if (_rabbit.IsDeclaredOnDisk(BusNames.LaneQueue(lane, "")))
            {
                _rabbit.Thaw();
                continue;
            }
            await _rabbit.Kill9Async();
            return lane;
        }
        throw new InvalidOperationException("The node wrote each of 20 queues before it could be killed.");
    }

    private async Task<IReadOnlyList<AlarmView>> AlarmsAsync() => (await _board.Api.GetAsync<Page<AlarmView>>("alarms")).Items;

    private async Task WholeAgainAsync(string lastTask)
    {
        var back = Stopwatch.GetTimestamp();
        await File.WriteAllTextAsync(Gate, "");
        await _cluster.UntilAsync(lastTask, Status.Done, Whole + TimeSpan.FromSeconds(60));
        Assert.True(Stopwatch.GetElapsedTime(back) < Whole, $"It took {Stopwatch.GetElapsedTime(back)}.");
    }

    private async Task EveryTaskEndedOnceAsync()
    {
        var tasks = await _board.Api.AllAsync<TaskView>("tasks");
        foreach (var task in tasks)
        {
            await _cluster.UntilAsync(task.Key, Status.Done);
            var run = Assert.Single(await _board.Api.RunsAsync(task.Key));
            Assert.Equal((RunState.Succeeded, 1L), (run.State, run.FencingToken));
            Assert.Equal(["start", "end"], _witness.Lines.Where(l => l.Task == task.Key).Select(l => l.What));
        }
        Assert.Equal(9, tasks.Count);
    }
}
