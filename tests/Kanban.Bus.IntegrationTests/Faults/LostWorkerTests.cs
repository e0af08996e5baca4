using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>Workers that die or stand still in the middle of a run, as processes that really do.</summary>
public sealed class LostWorkerTests
{
    [NeedsServersFact]
    public async Task A_task_whose_worker_is_killed_in_mid_run_is_done_by_another()
    {
        await using var cluster = await Cluster.CreateAsync();
        var board = await cluster.StartBoardAsync();
        var oracle = await Oracle.WatchAsync(cluster);
        var witness = oracle.Witness;
        await board.Api.AddLaneAsync(new CreateLane("work"));
        var first = await cluster.StartWorkerAsync(new WorkerShape("first", "work", 1));
        var gate = Path.Combine(cluster.Folder, "go");
        var task = await board.Api.AddTaskAsync(new CreateTask("a task", "work", Body: witness.Script($"while [ ! -e '{gate}' ]; do sleep 0.1; done")));
        await Eventually.Async(() => witness.Lines.Count == 1);
        await cluster.StartWorkerAsync(new WorkerShape("second", "work", 1));

        await first.KillHostAsync();
        await Eventually.Async(() => witness.Lines.Count(l => l.What == "start") == 2);
        await File.WriteAllTextAsync(gate, "");

        await oracle.CheckAsync();
        var done = await board.Api.TaskAsync(task.Key);
        var runs = await board.Api.RunsAsync(task.Key);
        Assert.Equal([(1, RunState.Lost, "first", 1L), (2, RunState.Succeeded, "second", 2L)],
            runs.OrderBy(r => r.Number).Select(r => (r.Number, r.State, r.WorkerId!, r.FencingToken)));
        Assert.Equal([(1L, "start"), (2L, "start"), (2L, "end")], witness.Lines.Select(l => (l.Token, l.What)));
        Assert.Equal(1, done.Task.Attempts);
    }

    [NeedsServersFact]
    public async Task The_answer_of_a_worker_that_slept_past_its_lease_is_kept_as_late_and_the_new_result_stands()
    {
        await using var cluster = await Cluster.CreateAsync();
        var board = await cluster.StartBoardAsync();
        var oracle = await Oracle.WatchAsync(cluster);
        await board.Api.AddLaneAsync(new CreateLane("work"));
        var sleeper = await cluster.StartWorkerAsync(new WorkerShape("sleeper", "work", 1));
        var (asleep, awake) = (Path.Combine(cluster.Folder, "asleep"), Path.Combine(cluster.Folder, "awake"));
        // The first run ends while its worker stands still; the second one when it is told to.
        var script = $"""
            if [ "$KANBAN_ATTEMPT" = 1 ]; then while [ ! -e '{asleep}' ]; do sleep 0.1; done; answer="old answer"
            else while [ ! -e '{awake}' ]; do sleep 0.1; done; answer="new answer"; fi
            """;
        var task = await board.Api.AddTaskAsync(new CreateTask("a task", "work", Body: oracle.Witness.Script(script)));
        await cluster.UntilAsync(task.Key, Status.Running);

        sleeper.Freeze();
        await File.WriteAllTextAsync(asleep, "");
        await cluster.StartWorkerAsync(new WorkerShape("second", "work", 1));
        await Eventually.Async(async () => (await board.Api.TaskAsync(task.Key)).Task.Run is { WorkerId: "second" });
        sleeper.Thaw();
        await Eventually.Async(async () => (await board.Api.RunsAsync(task.Key)).Any(r => r is { Number: 1, Late: not null }));
        Assert.Equal(Status.Running, (await board.Api.TaskAsync(task.Key)).Task.Status);
        await File.WriteAllTextAsync(awake, "");

        await oracle.CheckAsync();
        var done = await board.Api.TaskAsync(task.Key);
        var runs = (await board.Api.RunsAsync(task.Key)).OrderBy(r => r.Number).ToList();
        Assert.Equal("new answer", done.Task.Summary);
        Assert.Equal([RunState.Lost, RunState.Succeeded], runs.Select(r => r.State));
        Assert.Equal((1L, Outcome.Succeeded), (runs[0].Late!.FencingToken, runs[0].Late!.Outcome));
    }

    [NeedsServersFact]
    public async Task A_worker_that_wakes_past_its_lease_ends_what_it_still_runs()
    {
        await using var cluster = await Cluster.CreateAsync();
        var board = await cluster.StartBoardAsync();
        var oracle = await Oracle.WatchAsync(cluster);
        var witness = oracle.Witness;
        await board.Api.AddLaneAsync(new CreateLane("work", GraceSeconds: 1));
        var sleeper = await cluster.StartWorkerAsync(new WorkerShape("sleeper", "work", 1));
        var task = await board.Api.AddTaskAsync(new CreateTask("a task", "work", Body: witness.Script("[ \"$KANBAN_ATTEMPT\" = 2 ] || sleep 600")));
        await Eventually.Async(() => witness.Lines.Count == 1);

        sleeper.Freeze();
        await cluster.StartWorkerAsync(new WorkerShape("second", "work", 1));
        await cluster.UntilAsync(task.Key, Status.Done);
        sleeper.Thaw();

        var old = witness.Lines[0].ProcessId;
        await Eventually.Async(() => !LiveProcesses.IsAlive(old));
        await oracle.CheckAsync();
        Assert.DoesNotContain(witness.Lines, l => l is { Token: 1, What: "end" });
    }
}
