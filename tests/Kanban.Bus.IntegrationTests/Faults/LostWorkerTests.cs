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
    public async Task A_worker_that_sleeps_goes_on_within_its_lease_and_past_it_its_answers_are_kept_as_late_and_what_it_still_runs_is_ended()
    {
        await using var bench = await FaultBench.StartAsync(leaseSeconds: 6, lanes: [new CreateLane(FaultBench.Lane, GraceSeconds: 1)]);
        var sleeper = await bench.Cluster.StartWorkerAsync(new WorkerShape("sleeper", FaultBench.Lane, 2));
        // The first runs end while their worker stands still, or never; the second ones when they are told to.
        var answers = await bench.AddAsync("answers", $"[ $KANBAN_ATTEMPT = 1 ] && answer='old answer' || answer='new answer'; {bench.Until("asleep")}; [ $KANBAN_ATTEMPT = 1 ] || {{ {bench.Until("awake")}; }}");
        var endless = await bench.AddAsync("endless", $"[ $KANBAN_ATTEMPT = 2 ] || sleep 600; {bench.Until("awake")}");
        foreach (var task in (TaskView[])[answers, endless])
            await bench.SaidAsync(task, "start");
        var old = bench.Witness.Lines.First(l => l.Task == endless.Key).ProcessId;

        await sleeper.FreezeAsync();
        await Eventually.Async(async () => await bench.AskAsync<bool>("SELECT bool_and(renewed_at < kanban_now() - interval '2 s') FROM leases"));
        sleeper.Thaw();
        await Eventually.Async(async () => await bench.AskAsync<bool>("SELECT bool_and(renewed_at > kanban_now() - interval '2 s') FROM leases"));
        Assert.Equal(2, await bench.AskAsync<long>("SELECT count(*) FROM runs WHERE live AND state = 'Running' AND number = 1"));

        await sleeper.FreezeAsync();
        bench.Open("asleep");
        await bench.Cluster.StartWorkerAsync(new WorkerShape("second", FaultBench.Lane, 2));
        foreach (var task in (TaskView[])[answers, endless])
            await bench.UntilRunAsync(task, r => r is { WorkerId: "second", State: RunState.Running });
        sleeper.Thaw();
        await Eventually.Async(async () => (await bench.RunsAsync(answers))[0].Late is not null);
        await Eventually.Async(() => !LiveProcesses.IsAlive(old), text: "what another does now is ended");
        bench.Open("awake");

        await bench.Oracle.CheckAsync();
        Assert.Equal("new answer", (await bench.Cluster.Api.TaskAsync(answers.Key)).Task.Summary);
        foreach (var task in (TaskView[])[answers, endless])
            Assert.Equal([RunState.Lost, RunState.Succeeded], (await bench.RunsAsync(task)).Select(r => r.State));
        var late = (await bench.RunsAsync(answers))[0].Late!;
        Assert.Equal((1L, Outcome.Succeeded), (late.FencingToken, late.Outcome));
        Assert.DoesNotContain(bench.Witness.Lines, l => l.Task == endless.Key && l is { Token: 1, What: "end" });
    }
}
