using System.Diagnostics;
using System.Globalization;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>Runs outlive their worker: it is killed and started again, and goes on where it stood.</summary>
public sealed class TakeUpTests
{
    [NeedsServersFact]
    public async Task A_worker_that_is_killed_twice_takes_up_what_goes_on_reports_what_ended_once_and_the_log_is_whole_byte_for_byte()
    {
        await using var cluster = await Cluster.CreateAsync();
        cluster.Settings["Lease:Duration"] = "00:01:00";
        var board = await cluster.StartBoardAsync();
        var oracle = await Oracle.WatchAsync(cluster);
        await board.Api.AddLaneAsync(new CreateLane("work"));
        var worker = await cluster.StartWorkerAsync(new WorkerShape("killed", "work", 2));
        var (gate, count) = (Path.Combine(cluster.Folder, "go"), Path.Combine(cluster.Folder, "count"));
        var task = await board.Api.AddTaskAsync(new CreateTask("a task", "work", Body: oracle.Witness.Script(
            $"i=0; while [ ! -e '{gate}' ]; do i=$((i + 1)); echo \"line $i\"; sleep 0.01; done; echo $i >'{count}'")));
        await cluster.UntilAsync(task.Key, Status.Running);
        var run = Assert.Single(await board.Api.RunsAsync(task.Key)).Id;
        var end = Path.Combine(cluster.Folder, "end");
        var ends = await board.Api.AddTaskAsync(new CreateTask("ends meanwhile", "work", Body: oracle.Witness.Script(Witness.TickUntil(end))));
        await Eventually.Async(() => oracle.Witness.Lines.Any(l => l.Task == ends.Key));

        for (var kill = 1; kill <= 2; kill++)
        {
            var before = (await board.Api.OutputAsync(run)).Length;
            await Eventually.Async(async () => (await board.Api.OutputAsync(run)).Length > before);
            // HUP ends the worker alone as well: the way to upgrade it without a drain.
            Signals.Send(worker.ProcessId, kill == 1 ? Signals.Kill : Signals.HangUp);
            await Eventually.Async(() => worker.HasExited);
            await File.WriteAllTextAsync(end, "");
            await Eventually.Async(() => oracle.Witness.Lines.Any(l => l.Task == ends.Key && l.What == "end"));
            worker.Launch();
            await cluster.UntilAsync(ends.Key, Status.Done);
            await Eventually.Async(() => worker.Log.Split($"Run {run} of {task.Key} taken up again").Length == kill + 1);
        }
        await File.WriteAllTextAsync(gate, "");

        await cluster.UntilAsync(task.Key, Status.Done);
        var lines = int.Parse(await File.ReadAllTextAsync(count), CultureInfo.InvariantCulture);
        Assert.Equal(string.Concat(Enumerable.Range(1, lines).Select(i => $"line {i}\n")) + $"{task.Key} was carried out\n", await board.Api.OutputAsync(run));
        Assert.Equal([(run, RunState.Succeeded, 1L)], (await board.Api.RunsAsync(task.Key)).Select(r => (r.Id, r.State, r.FencingToken)));
        Assert.Equal([(1, RunState.Succeeded)], (await board.Api.RunsAsync(ends.Key)).Select(r => (r.Number, r.State)));
        await oracle.CheckAsync();
    }

    [NeedsServersFact]
    public async Task A_worker_killed_between_claim_and_start_says_so_and_the_task_is_done_by_a_new_run()
    {
        await using var bench = await FaultBench.StartAsync(leaseSeconds: 30);
        var link = bench.Cluster.Link(bench.Board.Url);
        var worker = await bench.StartWorkerAsync(slots: 1, through: link);

        // The board has granted the lease, and the worker dies before it hears of it.
        link.Mode = LinkMode.StallAnswers;
        var task = await bench.AddAsync("granted", "sleep 0.1");
        await bench.UntilRunAsync(task, r => r.State == RunState.Running);
        await worker.Kill9Async();
        link.Reset();
        worker.Launch();

        await bench.Cluster.UntilAsync(task.Key, Status.Done);
        await bench.Oracle.CheckAsync();
        Assert.Equal([(1, RunState.Lost), (2, RunState.Succeeded)], (await bench.RunsAsync(task)).Select(r => (r.Number, r.State)));
        Assert.DoesNotContain(bench.Witness.Lines, l => l.Token == 1);
    }

    [NeedsServersFact]
    public async Task A_finish_outlives_the_board_and_the_worker()
    {
        await using var cluster = await Cluster.CreateAsync();
        cluster.Settings["Lease:Duration"] = "00:01:00";
        var board = await cluster.StartBoardAsync();
        var oracle = await Oracle.WatchAsync(cluster);
        await board.Api.AddLaneAsync(new CreateLane("work"));
        var worker = await cluster.StartWorkerAsync(new WorkerShape("reporter", "work", 1));
        var gate = Path.Combine(cluster.Folder, "go");
        var task = await board.Api.AddTaskAsync(new CreateTask("a task", "work", Body: oracle.Witness.Script(Witness.TickUntil(gate))));
        await cluster.UntilAsync(task.Key, Status.Running);
        var run = Assert.Single(await board.Api.RunsAsync(task.Key)).Id;

        await board.Kill9Async();
        await File.WriteAllTextAsync(gate, "");
        await Eventually.Async(() => File.Exists(Path.Combine(worker.Home, "runs", run.ToString(), "finish.json")));
        await worker.Kill9Async();
        worker.Launch();
        await Eventually.Async(() => worker.Log.Contains($"Run {run} of {task.Key} had ended", StringComparison.Ordinal));
        await board.StartAsync();

        var done = await cluster.UntilAsync(task.Key, Status.Done);
        Assert.Equal($"{task.Key} was carried out", done.Task.Summary);
        Assert.Equal([(run, RunState.Succeeded)], (await board.Api.RunsAsync(task.Key)).Select(r => (r.Id, r.State)));
        await Eventually.Async(() => !Directory.Exists(Path.Combine(worker.Home, "runs", run.ToString())));
        await oracle.CheckAsync();
    }

    [NeedsServersFact]
    public async Task After_a_reboot_the_runs_are_reported_at_once_and_a_process_that_has_their_pid_now_lives_on()
    {
        await using var cluster = await Cluster.CreateAsync();
        cluster.Settings["Lease:Duration"] = "01:00:00";
        var board = await cluster.StartBoardAsync();
        var oracle = await Oracle.WatchAsync(cluster);
        await board.Api.AddLaneAsync(new CreateLane("work"));
        var worker = await cluster.StartWorkerAsync(new WorkerShape("rebooted", "work", 1));
        var task = await board.Api.AddTaskAsync(new CreateTask("a task", "work", Body: oracle.Witness.Script("[ \"$KANBAN_FENCING_TOKEN\" = 2 ] || sleep 600")));
        await cluster.UntilAsync(task.Key, Status.Running);
        var run = Assert.Single(await board.Api.RunsAsync(task.Key)).Id;
        // The board says that it runs as soon as its lease is granted; its process comes a little later.
        await Eventually.Async(() => oracle.Witness.Lines.Any(l => l.Task == task.Key && l.What == "start"));
        var shim = Path.Combine(worker.Home, "runs", run.ToString(), "shim");
        await Eventually.Async(() => File.Exists(shim));

        await worker.KillHostAsync();
        using var foreign = Process.Start("sleep", "600");
        // As it would be found: pid and start time of a process of now, and the boot id of before.
        await File.WriteAllTextAsync(shim, (await File.ReadAllTextAsync($"/proc/{foreign.Id}/stat")).TrimEnd() + "\n00000000-0000-0000-0000-000000000000\n");
        worker.Launch();

        // The lease would have stood for an hour.
        await cluster.UntilAsync(task.Key, Status.Done);
        var runs = (await board.Api.RunsAsync(task.Key)).OrderBy(r => r.Number).ToList();
        Assert.Equal([(RunState.Lost, "its host was restarted"), (RunState.Succeeded, null)], runs.Select(r => (r.State, r.Reason)));
        Assert.False(foreign.HasExited);
        foreign.Kill();
        await oracle.CheckAsync();
    }
}
