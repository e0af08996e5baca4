using System.Globalization;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Worker.Shim;

namespace Kanban.Bus.Tests.Worker;

/// <summary>That nothing a run started outlives it, in each way that this host allows.</summary>
public sealed class ContainmentTests : IDisposable
{
    private static readonly RunLimits ShortGrace = new(null, null, 1, OnDisconnect.Continue);

    // Its name is in the command line of every process that the tests' runs start: that is how they are found, whatever the worker believes.
    private readonly string _script = Path.Combine(Path.GetTempPath(), $"kanban-tree-{Guid.CreateVersion7()}.sh");

    /// <summary>All ways that work here.</summary>
    public static TheoryData<Containment> Ways => [.. Enum.GetValues<Containment>().Where(Works)];

    /// <summary>Those that nothing escapes.</summary>
    public static TheoryData<Containment> StrictWays => [.. new[] { Containment.Cgroup, Containment.Reaper }.Where(Works)];

    [Theory, MemberData(nameof(Ways))]
    public async Task A_tree_that_forks_twice_leaves_its_session_and_ignores_TERM_is_dead_after_the_grace(Containment way)
    {
        await using var worker = await StartAsync(way);
        Write("trap '' TERM HUP; while :; do sleep 0.1; done");
        var runId = await worker.OfferAsync(WorkerHarness.Grant(
            $"(setsid sh {_script} &) ; (sh {_script} &) ; setsid env -i PATH=\"$PATH\" sh {_script} & sh {_script} & sleep 0.3; echo up; trap '' TERM; while :; do sleep 0.1; done", ShortGrace));
        await Eventually.Async(() => worker.Out(runId) == "up\n" && Alive().Count >= 4);

        worker.Board.Stop[runId] = "cancelled by key:admin";
        var finish = await worker.FinishAsync(runId);

        Assert.Equal((Outcome.Stopped, "cancelled by key:admin"), (finish.Outcome, finish.Reason));
        Assert.Empty(Alive());
    }

    [Theory, MemberData(nameof(StrictWays))]
    public async Task Daemons_that_hide_and_fork_without_end_are_dead_after_the_grace(Containment way)
    {
        await using var worker = await StartAsync(way);
        var runId = await OfferDaemonsAsync(worker, ShortGrace);

        worker.Board.Stop[runId] = "enough";
        await worker.FinishAsync(runId);

        Assert.Empty(Alive());
    }

    [Theory, MemberData(nameof(StrictWays))]
    public async Task Daemons_are_dead_also_when_another_process_of_the_worker_ends_the_run(Containment way)
    {
        await using var worker = await StartAsync(way);
        var runId = await OfferDaemonsAsync(worker, ShortGrace);
        await worker.AbandonWorkerAsync();
        await Eventually.Async(() => Alive().Count > 0);

        await worker.StartWorkerAsync();
        worker.Board.Stop[runId] = "enough";
        await worker.FinishAsync(runId);

        Assert.Empty(Alive());
    }

    [Theory, MemberData(nameof(StrictWays))]
    public async Task With_its_worker_killed_a_run_that_must_not_outlast_its_lease_takes_its_daemons_along(Containment way)
    {
        await using var worker = await StartAsync(way);
        var runId = await OfferDaemonsAsync(worker, new RunLimits(null, null, 1, OnDisconnect.Stop), leaseSeconds: 5);
        var shim = worker.Life.Held.Find(runId)!.Shim!.Value;

        await worker.AbandonWorkerAsync();

        await Eventually.Async(() => !shim.IsAlive);
        Assert.Empty(Alive());
        await worker.StartWorkerAsync();
        Assert.Equal(Outcome.Lost, (await worker.FinishAsync(runId)).Outcome);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_fork_bomb_is_dead_after_the_grace(Containment way)
    {
        await using var worker = await StartAsync(way);
        // In bash, because sh ends where a fork is refused: the bomb would go out by itself.
        Write("b() { while :; do b & sleep 0.05; done; }; trap '' TERM; b 2>/dev/null");
        // Bounded by a number of processes: of a user of its own, or, where that takes more rights than there are, over all there are.
        var bounded = Environment.UserName == "root"
            ? $"setpriv --reuid=61234 --regid=61234 --clear-groups prlimit --nproc=80 bash {_script}"
            : $"ulimit -u $(($(ls -d /proc/[0-9]*/task/[0-9]* | wc -l) + 80)); bash {_script}";
        var runId = await worker.OfferAsync(WorkerHarness.Grant($"cd /; while :; do {bounded}; done", ShortGrace));
        await Eventually.Async(() => Alive().Count > 20);

        worker.Board.Stop[runId] = "enough";
        await worker.FinishAsync(runId);

        Assert.Empty(Alive());
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task What_a_run_left_in_the_background_is_ended_before_it_counts_as_over(Containment way)
    {
        await using var worker = await StartAsync(way);
        Write("while :; do sleep 1; done");

        var finish = await worker.RunAsync(WorkerHarness.Grant($"(setsid sh {_script} &); (cd /; env -i setsid sh {_script} &) >/dev/null; sleep 0.2; echo done; exit 3", ShortGrace));

        Assert.Equal((Outcome.Failed, 3, "done"), (finish.Outcome, finish.ExitCode, finish.Summary));
        Assert.Empty(Alive());
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task The_worker_says_at_its_start_which_way_holds(Containment way)
    {
        var lines = new LogLines();
        await using var worker = await WorkerHarness.StartAsync(o => o.Containment = way, loggers: lines);

        var line = Assert.Single(lines.All, l => l.StartsWith("Runs are contained by", StringComparison.Ordinal));
        Assert.StartsWith($"Runs are contained by {ContainmentProbe.Find(way).By.ToString().ToLowerInvariant()}", line, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Nothing_of_a_run_is_left_in_the_system_of_cgroups(Containment way)
    {
        await using var worker = await StartAsync(way);
        Write("sleep 1000");
        var runId = await worker.OfferAsync(WorkerHarness.Grant($"sh {_script} & while [ ! -e go ]; do sleep 0.05; done", ShortGrace));
        await Eventually.Async(() => Alive().Count > 0);
        var directory = worker.Life.Held.Find(runId)!.Directory;
        var cgroup = directory.Cgroup;
        Assert.Equal(ContainmentProbe.Find(way).By == Containment.Cgroup, cgroup is not null);
        Assert.True(cgroup is null || cgroup.IsPopulated);

        await File.WriteAllTextAsync(Path.Combine(directory.Workspace, "go"), "");
        await worker.FinishAsync(runId);
        await Eventually.Async(() => worker.Life.Held.All.Count == 0);

        Assert.False(Directory.Exists(cgroup?.Path));
    }

    [Fact]
    public void Empty_cgroups_of_workers_that_never_came_back_are_removed_and_young_ones_stay()
    {
        // A plain folder does as well, and holds no other worker's runs.
        var parent = Directory.CreateTempSubdirectory("kanban-cgroups-");
        var left = RunCgroup.Create(parent.FullName, Guid.CreateVersion7());
        var foreign = parent.CreateSubdirectory("system.slice");
        var now = TimeProvider.System.GetUtcNow();

        RunCgroup.RemoveLeft(parent.FullName, now);
        Assert.True(Directory.Exists(left.Path));
        RunCgroup.RemoveLeft(parent.FullName, now + TimeSpan.FromMinutes(2));

        Assert.False(Directory.Exists(left.Path));
        Assert.True(foreign.Exists);
        parent.Delete(recursive: true);
    }

    [Fact]
    public void A_note_that_was_changed_can_have_no_other_cgroup_killed()
    {
        var runId = Guid.CreateVersion7();

        Assert.Null(RunCgroup.Of(runId, "/sys/fs/cgroup/system.slice"));
        Assert.Null(RunCgroup.Of(runId, $"/sys/fs/cgroup/kanban-run-{Guid.CreateVersion7()}"));
        Assert.Null(RunCgroup.Of(runId, $"kanban-run-{runId}"));
        Assert.NotNull(RunCgroup.Of(runId, $"/sys/fs/cgroup/kanban-run-{runId}"));
    }

    public void Dispose()
    {
        // Without its script no daemon has a successor.
        File.Delete(_script);
        foreach (var pid in Alive())
            if (ProcStat.Read(pid) is { } stat)
                Kernel.TrySend(pid, stat.StartTicks, Signal.Kill);
    }

    private static bool Works(Containment way)
    {
        try
        {
            return ContainmentProbe.Find(way) is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static Task<WorkerHarness> StartAsync(Containment way) => WorkerHarness.StartAsync(o => o.Containment = way);

    private void Write(string script)
    {
        File.WriteAllText(_script, script);
        File.SetUnixFileMode(_script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    /// <summary>Three daemons, each with a session of its own, no environment, no output and another folder; each starts its successor the same way and ends.</summary>
    private async Task<Guid> OfferDaemonsAsync(WorkerHarness worker, RunLimits limits, double leaseSeconds = 30)
    {
        Write($"cd /; sleep 0.02; exec env -i setsid -f /bin/sh {_script} </dev/null >/dev/null 2>&1");
        var runId = await worker.OfferAsync(WorkerHarness.Grant(
            $"for i in 1 2 3; do env -i setsid -f /bin/sh {_script} </dev/null >/dev/null 2>&1; done; echo up; trap '' TERM; while :; do sleep 0.1; done", limits, leaseSeconds));
        await Eventually.Async(() => worker.Out(runId) == "up\n" && Alive().Count > 0);
        return runId;
    }

    /// <summary>Live processes whose command line names the script.</summary>
    private List<int> Alive()
    {
        List<int> alive = [];
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid))
                continue;
            try
            {
                if (File.ReadAllText(Path.Combine(folder, "cmdline")).Contains(_script, StringComparison.Ordinal) && ProcStat.Read(pid) is { IsDead: false })
                    alive.Add(pid);
            }
            catch (IOException)
            {
                // Ended while it was looked at.
            }
        }
        return alive;
    }
}
