using System.Globalization;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>A task that kills each worker it meets.</summary>
public sealed class PoisonTests
{
    private const int Others = 30;

    [NeedsServersFact]
    public async Task It_is_set_aside_after_its_attempts_and_thirty_other_tasks_are_done()
    {
        await using var cluster = await Cluster.CreateAsync();
        var board = await cluster.StartBoardAsync();
        var oracle = await Oracle.WatchAsync(cluster);
        await board.Api.AddLaneAsync(new CreateLane("work", BackoffSeconds: 1));
        var workers = new List<WorkerProcess>();
        for (var i = 1; i <= 3; i++)
            workers.Add(await StartAsync(cluster, i));

        // Each run kills the worker that started it. What takes a whole host down takes the run along.
        var poison = await board.Api.AddTaskAsync(new CreateTask("poison", "work", Priority: 9, Body: $$"""
            worker=${KANBAN_WORKSPACE#*/worker-}
            kill -9 "$(cat '{{cluster.Folder}}'/"${worker%%/*}.pid")"
            sleep 600
            """));
        var others = new List<string>();
        for (var i = 0; i < Others; i++)
            others.Add((await board.Api.AddTaskAsync(new CreateTask($"task {i}", "work", Body: oracle.Witness.Script(":")))).Key);

        using var over = new CancellationTokenSource();
        var restarting = RestartAsync(cluster, workers, over.Token);
        await Eventually.Async(async () => (await board.Api.TaskAsync(poison.Key)).Task.Status is Status.Blocked, within: TimeSpan.FromMinutes(2));
        await Eventually.Async(async () => (await board.Api.AllAsync<TaskView>("tasks?status=done")).Count == Others, within: TimeSpan.FromMinutes(3));
        await over.CancelAsync();
        await restarting;

        var task = (await board.Api.TaskAsync(poison.Key)).Task;
        Assert.Equal(3, task.Attempts);
        Assert.Contains("set aside after 3 of 3 attempts", task.Reason, StringComparison.Ordinal);
        // An offer that is withdrawn, as when no worker lives for a moment, met nobody.
        var met = (await board.Api.RunsAsync(poison.Key)).Where(r => r.State != RunState.Withdrawn).Select(r => (r.State, r.WorkerId, r.Reason)).ToList();
        Assert.True(met.Count == 3 && met.TrueForAll(r => r.State == RunState.Lost), string.Join('\n', met));
        await oracle.CheckAsync();
    }

    private static async Task<WorkerProcess> StartAsync(Cluster cluster, int number)
    {
        var worker = await cluster.StartWorkerAsync(new WorkerShape($"w{number}", "work", 2));
        await NoteAsync(cluster, worker);
        return worker;
    }

    private static Task NoteAsync(Cluster cluster, WorkerProcess worker) =>
        File.WriteAllTextAsync(Path.Combine(cluster.Folder, worker.Id + ".pid"), worker.ProcessId.ToString(CultureInfo.InvariantCulture));

    /// <summary>What an init does on hosts that go down: they come up again with nothing of before running.</summary>
    private static async Task RestartAsync(Cluster cluster, List<WorkerProcess> workers, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            foreach (var worker in workers.Where(w => w.HasExited))
            {
                await worker.KillHostAsync();
                worker.Launch();
                await NoteAsync(cluster, worker);
            }
            await Task.Delay(100, CancellationToken.None);
        }
    }
}
