using System.Diagnostics;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Shim;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Tests.Worker;

/// <summary>A worker's restart: what an earlier process left is taken up, reported or counted as lost, and nobody else's process is touched.</summary>
public sealed class TakeUpTests
{
    private const string UntilGo = "echo up; while [ ! -e \"$KANBAN_WORKSPACE/go\" ]; do sleep 0.05; done; echo down";

    [Fact]
    public async Task A_live_run_is_taken_up_by_the_next_process_and_ends_once()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var grant = WorkerHarness.Grant(UntilGo);
        await worker.OfferAsync(grant);
        await Eventually.Async(() => worker.Out(grant.RunId) == "up\n");
        await worker.AbandonWorkerAsync();

        await worker.StartWorkerAsync();

        Assert.Equal([new HeldRun(grant.RunId, 3)], worker.Board.Registrations.Last().Held);
        await Eventually.Async(() => worker.Board.Heartbeats.Last().FreeSlots["shell"] == 3);
        Go(worker, grant.RunId);
        var finish = await worker.FinishAsync(grant.RunId);
        Assert.Equal((Outcome.Succeeded, 0), (finish.Outcome, finish.ExitCode));
        Assert.Equal("up\ndown\n", worker.Out(grant.RunId));
        Assert.Single(worker.Board.Finishes);
        await Eventually.Async(() => worker.Board.Heartbeats.Last().FreeSlots["shell"] == 4);
    }

    [Fact]
    public async Task A_run_that_ended_meanwhile_is_reported_with_its_own_exit_status()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var grant = WorkerHarness.Grant(UntilGo + "; exit 5");
        await worker.OfferAsync(grant);
        await Eventually.Async(() => worker.Out(grant.RunId) == "up\n");
        await worker.AbandonWorkerAsync();
        Go(worker, grant.RunId);
        await Eventually.Async(() => Directory(worker, grant.RunId).ReadExit() == 5);

        await worker.StartWorkerAsync();
        var finish = await worker.FinishAsync(grant.RunId);

        Assert.Equal((Outcome.Failed, "exit 5"), (finish.Outcome, finish.Reason));
        Assert.Equal("up\ndown\n", worker.Out(grant.RunId));
    }

    [Fact]
    public async Task A_finish_that_was_not_answered_is_sent_again_by_the_next_process()
    {
        await using var worker = await WorkerHarness.StartAsync(prepare: board =>
            board.Intercept = context => Task.FromResult(context.Request.Path.Value!.EndsWith("/finishes", StringComparison.Ordinal) ? Results.StatusCode(503) : null));
        var grant = WorkerHarness.Grant("echo worked");
        await worker.OfferAsync(grant);
        await Eventually.Async(() => Directory(worker, grant.RunId).ReadFinish() is not null);
        await worker.AbandonWorkerAsync();
        worker.Board.Intercept = _ => Task.FromResult<IResult?>(null);

        await worker.StartWorkerAsync();

        Assert.Equal((Outcome.Succeeded, "worked"), ((await worker.FinishAsync(grant.RunId)).Outcome, worker.Board.FinishOf(grant.RunId)!.Summary));
        Assert.Equal([new HeldRun(grant.RunId, 3)], worker.Board.Registrations.Last().Held);
    }

    [Fact]
    public async Task After_a_reboot_a_run_is_lost_at_once_and_a_foreign_process_with_its_pid_lives_on()
    {
        using var foreign = Process.Start("sleep", "600");
        await using var worker = await WorkerHarness.StartAsync();
        await worker.AbandonWorkerAsync();
        var rebooted = Forge(worker, foreign.Id, startTicks: ProcStat.Read(foreign.Id)!.Value.StartTicks, bootId: "another-boot");
        var reused = Forge(worker, foreign.Id, startTicks: 12345, bootId: ProcessIdentity.CurrentBootId);

        await worker.StartWorkerAsync();

        Assert.Equal((Outcome.Lost, "its host was restarted"), Told(await worker.FinishAsync(rebooted)));
        Assert.Equal((Outcome.Lost, "its process vanished without an exit status"), Told(await worker.FinishAsync(reused)));
        Assert.False(foreign.HasExited);
        foreign.Kill();
    }

    [Fact]
    public async Task A_run_that_was_never_started_is_handed_back_without_an_attempt()
    {
        await using var worker = await WorkerHarness.StartAsync();
        await worker.AbandonWorkerAsync();
        var grant = WorkerHarness.Grant("true");
        Directory(worker, grant.RunId).Prepare(grant);

        await worker.StartWorkerAsync();

        Assert.Equal(Outcome.Released, (await worker.FinishAsync(grant.RunId)).Outcome);
    }

    [Fact]
    public async Task A_run_whose_files_are_damaged_is_reported_as_lost_and_held_no_longer()
    {
        await using var worker = await WorkerHarness.StartAsync();
        await worker.AbandonWorkerAsync();
        var runId = Forge(worker, pid: Environment.ProcessId, startTicks: 1, ProcessIdentity.CurrentBootId);
        await File.WriteAllTextAsync(Directory(worker, runId).FinishFile, "{nonsense");

        await worker.StartWorkerAsync();

        var finish = await worker.FinishAsync(runId);
        Assert.Equal(Outcome.Lost, finish.Outcome);
        Assert.StartsWith("its worker could not watch it: ", finish.Reason, StringComparison.Ordinal);
        await Eventually.Async(() => worker.Life.Held.All.Count == 0);
    }

    [Fact]
    public async Task A_run_that_puts_FIFOs_and_links_in_its_files_place_keeps_no_worker_waiting()
    {
        var lines = new LogLines();
        await using var worker = await WorkerHarness.StartAsync(loggers: lines);
        var grant = WorkerHarness.Grant(
            "cd \"$KANBAN_WORKSPACE/..\"; echo up; while [ ! -e workspace/taken ]; do sleep 0.05; done; rm -f stdout stderr beat grant.json.tmp; mkfifo stdout beat result.json finish.json.tmp; ln -s /dev/zero stderr; touch ready; while [ ! -e workspace/go ]; do sleep 0.05; done",
            new RunLimits(null, null, 1, OnDisconnect.Stop));
        await worker.OfferAsync(grant);
        // Only what the worker has opened already can be read once something else is in its place.
        await Eventually.Async(() => worker.Out(grant.RunId) == "up\n");
        var directory = Directory(worker, grant.RunId).Path;
        await File.WriteAllTextAsync(Path.Combine(directory, "workspace", "taken"), "");
        await Eventually.Async(() => File.Exists(Path.Combine(directory, "ready")));
        await worker.AbandonWorkerAsync();

        await worker.StartWorkerAsync();
        // Leases are renewed all the same, other runs are carried out, and this one ends.
        Assert.Equal("next", (await worker.RunAsync("echo next")).Summary);
        Go(worker, grant.RunId);
        var finish = await worker.FinishAsync(grant.RunId);

        Assert.Equal((Outcome.Succeeded, null), (finish.Outcome, finish.Summary));
        Assert.Contains(lines.All, l => l.Contains("its stdout can't be read, and is not sent", StringComparison.Ordinal));
        Assert.Contains(lines.All, l => l.Contains("its stderr can't be read, and is not sent", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_worker_that_starts_anew_on_its_home_says_that_it_is_the_same()
    {
        await using var worker = await WorkerHarness.StartAsync();
        await worker.AbandonWorkerAsync();

        await worker.StartWorkerAsync();

        var instances = worker.Board.Registrations.Select(r => r.Instance).ToList();
        Assert.True(instances.Count >= 2);
        Assert.NotEmpty(Assert.Single(instances.Distinct())!);
    }

    [Fact]
    public async Task Two_processes_do_not_share_a_home()
    {
        await using var worker = await WorkerHarness.StartAsync();
        using var second = new RunSpool(worker.Home);

        var refused = Assert.Throws<WorkerStoppedException>(second.Open);

        Assert.Contains(worker.Home, refused.Message, StringComparison.Ordinal);
    }

    private static RunDirectory Directory(WorkerHarness worker, Guid runId) => new(Path.Combine(worker.Home, "runs", runId.ToString()), runId);

    private static void Go(WorkerHarness worker, Guid runId) => File.WriteAllText(Path.Combine(Directory(worker, runId).Workspace, "go"), "");

    private static (Outcome, string?) Told(FinishItem finish) => (finish.Outcome, finish.Reason);

    private static Guid Forge(WorkerHarness worker, int pid, long startTicks, string bootId)
    {
        var grant = WorkerHarness.Grant("true");
        var directory = Directory(worker, grant.RunId);
        directory.Prepare(grant);
        var stat = File.ReadAllText($"/proc/{pid}/stat").TrimEnd().Split(' ');
        stat[21] = startTicks.ToString(System.Globalization.CultureInfo.InvariantCulture);
        File.WriteAllText(directory.ShimFile, $"{string.Join(' ', stat)}\n{bootId}\n");
        return grant.RunId;
    }
}
