using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>Two processes that were given one worker's id, by mistake or because the first seemed dead: they never both have work.</summary>
public sealed class IdentityTests
{
    private static readonly WorkerShape First = new("twin", "work", 1);
    private static readonly WorkerShape Second = First with { Name = "twin-2" };

    [NeedsServersFact]
    public async Task A_second_process_with_a_worker_s_id_waits_until_the_first_is_gone()
    {
        await using var cluster = await Cluster.CreateAsync();
        // Long enough that the first worker, which lives, is not taken for gone because the machine was busy.
        cluster.Settings["Lease:Duration"] = "00:00:20";
        var board = await cluster.StartBoardAsync();
        var oracle = await Oracle.WatchAsync(cluster);
        await board.Api.AddLaneAsync(new CreateLane("work", OnDisconnect: OnDisconnect.Stop));
        var first = await cluster.StartWorkerAsync(First);
        var gate = Path.Combine(cluster.Folder, "go");
        var script = oracle.Witness.Script("answer=$KANBAN_WORKSPACE\n" + Witness.TickUntil(gate));
        var one = await board.Api.AddTaskAsync(new CreateTask("one", "work", Body: script));
        await cluster.UntilAsync(one.Key, Status.Running);

        // With the first one's folder it does not even start; with a folder of its own it is told, loudly, and gets nothing.
        var same = cluster.LaunchWorker(First);
        await Eventually.Async(() => same.HasExited && same.Log.Contains("Another worker uses", StringComparison.Ordinal));
        var second = await cluster.StartWorkerAsync(Second);
        await Eventually.Async(() => second.Log.Contains("worker-id-in-use: Worker twin is another process", StringComparison.Ordinal));
        var two = await board.Api.AddTaskAsync(new CreateTask("two", "work", Body: script));
        await Task.Delay(TimeSpan.FromSeconds(3));
        if (oracle.Witness.Lines.Count(l => l.What == "start") != 1)
            Assert.Fail(await oracle.TrailAsync());
        await File.WriteAllTextAsync(gate, "");
        var done = await cluster.UntilAsync(two.Key, Status.Done);
        Assert.StartsWith(first.Home + "/", done.Task.Summary, StringComparison.Ordinal);

        // The first one dies with its host in mid-run: the second has the id when that is certain, and the task.
        File.Delete(gate);
        var three = await board.Api.AddTaskAsync(new CreateTask("three", "work", Body: script));
        await cluster.UntilAsync(three.Key, Status.Running);
        await first.KillHostAsync();
        await Eventually.Async(() => oracle.Witness.Lines.Any(l => l.Task == three.Key && l.Token == 2));
        await File.WriteAllTextAsync(gate, "");

        done = await cluster.UntilAsync(three.Key, Status.Done);
        Assert.StartsWith(second.Home + "/", done.Task.Summary, StringComparison.Ordinal);
        await oracle.CheckAsync();
        Assert.Equal(1, await oracle.MostLiveAsync("work"));
    }

    [NeedsServersFact]
    public async Task A_process_that_wakes_after_another_took_its_id_ends_its_runs_and_itself()
    {
        await using var cluster = await Cluster.CreateAsync();
        var board = await cluster.StartBoardAsync();
        var oracle = await Oracle.WatchAsync(cluster);
        await board.Api.AddLaneAsync(new CreateLane("work", GraceSeconds: 1));
        var first = await cluster.StartWorkerAsync(First);
        var gate = Path.Combine(cluster.Folder, "go");
        var task = await board.Api.AddTaskAsync(new CreateTask("a task", "work", Body: oracle.Witness.Script(Witness.TickUntil(gate))));
        await Eventually.Async(() => oracle.Witness.Lines.Count > 0);
        var old = oracle.Witness.Lines[0].ProcessId;

        await first.FreezeAsync();
        await cluster.StartWorkerAsync(Second);
        await Eventually.Async(() => oracle.Witness.Lines.Any(l => l is { Token: 2, What: "start" }));
        first.Thaw();

        await Eventually.Async(() => first.HasExited && !LiveProcesses.IsAlive(old));
        Assert.Contains("Worker twin stops: another process registered this id", first.Log, StringComparison.Ordinal);
        await File.WriteAllTextAsync(gate, "");
        await cluster.UntilAsync(task.Key, Status.Done);
        Assert.DoesNotContain(oracle.Witness.Lines, l => l is { Token: 1, What: "end" });
        await oracle.CheckAsync();
    }
}
