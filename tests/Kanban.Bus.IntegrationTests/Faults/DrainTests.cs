using System.Diagnostics;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;
using Xunit.Abstractions;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>Work that is ended on purpose: a worker that is asked to go, a run that is cancelled.</summary>
public sealed class DrainTests(ITestOutputHelper output)
{
    [NeedsServersFact]
    public async Task A_worker_that_drains_takes_nothing_new_and_keeps_its_lease_until_its_run_has_ended()
    {
        await using var cluster = await Cluster.CreateAsync();
        cluster.Settings["Lease:Duration"] = "00:01:00";
        var board = await cluster.StartBoardAsync();
        var oracle = await Oracle.WatchAsync(cluster);
        await board.Api.AddLaneAsync(new CreateLane("work"));
        var worker = await cluster.StartWorkerAsync(new WorkerShape("leaver", "work", 2) { Settings = new Dictionary<string, string> { ["DrainLimit"] = "00:05:00" } });
        var gate = Path.Combine(cluster.Folder, "go");
        var running = await board.Api.AddTaskAsync(new CreateTask("running", "work", Body: oracle.Witness.Script(Witness.TickUntil(gate))));
        // Seen at work: a grant that reaches a worker which drains already is handed back.
        await Eventually.Async(() => oracle.Witness.Lines.Count > 0);

        var ended = worker.TerminateAsync(TimeSpan.FromMinutes(5));
        await Eventually.Async(() => worker.Log.Contains("Worker leaver drains", StringComparison.Ordinal));
        var next = await board.Api.AddTaskAsync(new CreateTask("next", "work", Body: oracle.Witness.Script("")));
        // Heartbeats go on: the run's last one is always a newer one.
        var draining = (await board.Api.RunsAsync(running.Key))[0].HeartbeatAt;
        await Eventually.Async(async () => (await board.Api.RunsAsync(running.Key))[0].HeartbeatAt > draining + TimeSpan.FromSeconds(4));
        Assert.Equal(Status.Running, (await board.Api.TaskAsync(running.Key)).Task.Status);
        Assert.Equal(Status.Ready, (await board.Api.TaskAsync(next.Key)).Task.Status);
        await File.WriteAllTextAsync(gate, "");
        await ended;

        Assert.Contains("Worker leaver left the board", worker.Log, StringComparison.Ordinal);
        await cluster.UntilAsync(running.Key, Status.Done);
        Assert.Equal([(1, RunState.Succeeded)], (await board.Api.RunsAsync(running.Key)).Select(r => (r.Number, r.State)));
        await cluster.StartWorkerAsync(new WorkerShape("heir", "work", 1));
        await oracle.CheckAsync();
        Assert.DoesNotContain(oracle.Witness.Lines, l => l.Task == next.Key && l.Token != 1);
    }

    [NeedsServersFact]
    public async Task Past_its_drain_limit_a_run_is_handed_back_and_offered_again_within_two_seconds()
    {
        await using var cluster = await Cluster.CreateAsync();
        cluster.Settings["Lease:Duration"] = "00:00:30";
        var board = await cluster.StartBoardAsync();
        var oracle = await Oracle.WatchAsync(cluster);
        await board.Api.AddLaneAsync(new CreateLane("work", GraceSeconds: 1));
        var leaver = await cluster.StartWorkerAsync(new WorkerShape("leaver", "work", 1) { Settings = new Dictionary<string, string> { ["DrainLimit"] = "00:00:01" } });
        var task = await board.Api.AddTaskAsync(new CreateTask("a task", "work", Body: oracle.Witness.Script("[ \"$KANBAN_FENCING_TOKEN\" = 2 ] || while :; do say tick; sleep 0.2; done")));
        await Eventually.Async(() => oracle.Witness.Lines.Count > 0);
        await cluster.StartWorkerAsync(new WorkerShape("heir", "work", 1));

        await leaver.TerminateAsync();

        var done = await cluster.UntilAsync(task.Key, Status.Done);
        var runs = (await board.Api.RunsAsync(task.Key)).OrderBy(r => r.Number).ToList();
        Assert.Equal([(RunState.Withdrawn, "leaver"), (RunState.Succeeded, "heir")], runs.Select(r => (r.State, r.WorkerId!)));
        Assert.InRange(runs[1].OfferedAt - runs[0].EndedAt!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        // Handing back costs the task no attempt.
        Assert.Equal(0, done.Task.Attempts);
        await oracle.CheckAsync();
    }

    [NeedsServersFact]
    public async Task A_cancelled_run_on_another_host_is_dead_long_before_its_worker_s_next_heartbeat()
    {
        await using var cluster = await Cluster.CreateAsync();
        cluster.Settings["Lease:Duration"] = "00:02:00";
        cluster.Settings["Lease:Heartbeat"] = "00:00:40";
        var board = await cluster.StartBoardAsync();
        var oracle = await Oracle.WatchAsync(cluster);
        await board.Api.AddLaneAsync(new CreateLane("work"));
        var worker = await cluster.StartWorkerAsync(new WorkerShape("far", "work", 1));
        var task = await board.Api.AddTaskAsync(new CreateTask("a task", "work", Body: oracle.Witness.Script("sleep 600")));
        await Eventually.Async(() => oracle.Witness.Lines.Count == 1);
        var pid = oracle.Witness.Lines[0].ProcessId;

        var asked = Stopwatch.GetTimestamp();
        await board.Api.PostAsync($"tasks/{task.Key}/cancel");
        await Eventually.Async(() => !LiveProcesses.IsAlive(pid));
        var dead = Stopwatch.GetElapsedTime(asked);

        output.WriteLine($"dead {dead.TotalSeconds:0.00} s after the cancel");
        // 2 s is the promise; a machine that runs two suites at once gets some more. A heartbeat would have taken up to 40 s.
        Assert.True(dead < TimeSpan.FromSeconds(6), $"dead after {dead.TotalSeconds:0.00} s; the worker's log:\n{worker.Log}");
        await cluster.UntilAsync(task.Key, Status.Cancelled);
        Assert.Equal(RunState.Cancelled, Assert.Single(await board.Api.RunsAsync(task.Key)).State);
        await oracle.CheckAsync();
    }
}
