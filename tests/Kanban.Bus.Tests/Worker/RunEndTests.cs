using System.Diagnostics;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Worker.Leases;
using Kanban.Bus.Worker.Shim;

namespace Kanban.Bus.Tests.Worker;

/// <summary>How runs are ended from outside, and that nothing of them is left.</summary>
public sealed class RunEndTests
{
    private static readonly RunLimits ShortGrace = new(null, null, 1, OnDisconnect.Continue);

    [Fact]
    public async Task A_run_that_heeds_TERM_ends_within_its_grace_and_its_exit_status_is_kept()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var runId = await worker.OfferAsync(WorkerHarness.Grant("trap 'echo bye; exit 9' TERM; echo up; while :; do sleep 0.05; done", new RunLimits(null, null, 60, OnDisconnect.Continue)));
        await Eventually.Async(() => worker.Out(runId) == "up\n");

        worker.Board.Stop[runId] = "enough";
        var finish = await worker.FinishAsync(runId);

        Assert.Equal((Outcome.Stopped, 9), (finish.Outcome, finish.ExitCode));
        Assert.Equal("up\nbye\n", worker.Out(runId));
    }

    [Fact]
    public async Task A_run_is_stopped_at_its_run_time_limit()
    {
        await using var worker = await WorkerHarness.StartAsync();

        var finish = await worker.RunAsync(WorkerHarness.Grant("while :; do echo busy; sleep 0.1; done", new RunLimits(1, null, 1, OnDisconnect.Continue)));

        Assert.Equal((Outcome.TimedOut, "ran longer than 1 s"), (finish.Outcome, finish.Reason));
    }

    [Fact]
    public async Task A_silent_run_is_stopped_and_one_that_writes_is_not()
    {
        await using var worker = await WorkerHarness.StartAsync();

        var silent = worker.RunAsync(WorkerHarness.Grant("echo begin; sleep 60", new RunLimits(null, 1, 1, OnDisconnect.Continue)));
        // Twice its limit, with pauses far below it.
        var chatty = worker.RunAsync(WorkerHarness.Grant("i=0; while [ $i -lt 20 ]; do i=$((i+1)); echo $i; sleep 0.4; done", new RunLimits(null, 4, 1, OnDisconnect.Continue)));

        Assert.Equal((Outcome.TimedOut, "wrote nothing for 1 s", ErrorClass.Agent), ((await silent).Outcome, (await silent).Reason, (await silent).Class));
        Assert.Equal(Outcome.Succeeded, (await chatty).Outcome);
    }

    [Fact]
    public async Task A_run_that_floods_its_log_is_stopped()
    {
        await using var worker = await WorkerHarness.StartAsync(o => o.LogLimitBytes = 1 << 20);

        var finish = await worker.RunAsync(WorkerHarness.Grant("yes", ShortGrace));

        Assert.Equal((Outcome.Failed, "wrote more than 1,048,576 bytes of output"), (finish.Outcome, finish.Reason));
        var log = worker.Board.Log(finish.RunId, "stdout");
        Assert.InRange(log.Length, (1 << 20) - 1024, 1 << 20);
        Assert.Contains("bytes of", System.Text.Encoding.UTF8.GetString(log).Split('\n').Single(line => line.StartsWith("[kanban:", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_whose_lease_is_gone_is_ended()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var runId = await worker.OfferAsync(WorkerHarness.Grant("echo up; sleep 60", ShortGrace));
        await Eventually.Async(() => worker.Out(runId) == "up\n");

        worker.Board.Forget[runId] = true;
        var finish = await worker.FinishAsync(runId);

        Assert.Equal((Outcome.Stopped, "the board had given up its lease"), (finish.Outcome, finish.Reason));
    }

    [Theory]
    [InlineData(OnDisconnect.Stop)]
    [InlineData(OnDisconnect.Continue)]
    public async Task Without_an_answer_a_run_goes_on_or_ends_at_two_thirds_of_its_lease_as_its_lane_says(OnDisconnect onDisconnect)
    {
        await using var worker = await WorkerHarness.StartAsync();
        var grant = WorkerHarness.Grant("echo up; while [ ! -e \"$KANBAN_WORKSPACE/go\" ]; do sleep 0.05; done", new RunLimits(null, null, 1, onDisconnect), leaseSeconds: 4.5);
        var runId = await worker.OfferAsync(grant);
        await Eventually.Async(() => worker.Out(runId) == "up\n");
        var pid = worker.Life.Held.Find(runId)!.Shim!.Value;

        var away = true;
        worker.Board.Intercept = _ => Task.FromResult(away ? Results.StatusCode(503) : null);
        var cut = Stopwatch.GetTimestamp();
        if (onDisconnect == OnDisconnect.Stop)
        {
            await Eventually.Async(() => !pid.IsAlive);
            Assert.InRange(Stopwatch.GetElapsedTime(cut).TotalSeconds, 1.5, 9);
        }
        else
        {
            await Task.Delay(TimeSpan.FromSeconds(5));
            Assert.True(pid.IsAlive);
            await File.WriteAllTextAsync(Path.Combine(worker.Home, "runs", runId.ToString(), "workspace", "go"), "");
        }
        away = false;

        var finish = await worker.FinishAsync(runId);
        Assert.Equal(onDisconnect == OnDisconnect.Stop ? Outcome.Lost : Outcome.Succeeded, finish.Outcome);
    }

    [Fact]
    public async Task A_killed_shim_is_a_lost_run_and_its_command_does_not_live_on()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var runId = await worker.OfferAsync(WorkerHarness.Grant("echo $$; sleep 60", ShortGrace));
        await Eventually.Async(() => worker.Out(runId).EndsWith('\n'));
        var shim = worker.Life.Held.Find(runId)!.Shim!.Value;

        Assert.True(Kernel.TrySend(shim.Pid, shim.StartTicks, Signal.Kill));
        var finish = await worker.FinishAsync(runId);

        Assert.Equal((Outcome.Lost, "its process vanished without an exit status"), (finish.Outcome, finish.Reason));
        Assert.True(ProcStat.Read(int.Parse(worker.Out(runId), System.Globalization.CultureInfo.InvariantCulture)) is not { IsDead: false });
    }

    [Fact]
    public async Task A_daemon_with_a_clean_environment_and_a_session_of_its_own_ends_with_its_run_also_without_containment()
    {
        await using var worker = await WorkerHarness.StartAsync(o => o.Containment = Containment.Scan);

        var finish = await worker.RunAsync(WorkerHarness.Grant(
            "env -i setsid -f sh -c 'echo $$ >>daemons; exec sleep 1000' >/dev/null 2>&1; (cd /; env -i setsid -f sh -c 'echo $$; exec sleep 1000'); while [ ! -s daemons ]; do sleep 0.02; done; cat daemons; sleep 0.2", ShortGrace));

        var pids = worker.Out(finish.RunId).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToList();
        Assert.Equal(2, pids.Count);
        Assert.All(pids, pid => Assert.True(ProcStat.Read(pid) is not { IsDead: false }, $"{pid} lives"));
    }

    [Fact]
    public async Task Without_an_answer_a_long_grace_is_cut_to_what_the_lease_leaves()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var grant = WorkerHarness.Grant("trap '' TERM; echo up; while :; do sleep 0.05; done", new RunLimits(null, null, 600, OnDisconnect.Stop), leaseSeconds: 6);
        var runId = await worker.OfferAsync(grant);
        await Eventually.Async(() => worker.Out(runId) == "up\n");
        var pid = worker.Life.Held.Find(runId)!.Shim!.Value;

        worker.Board.Intercept = _ => Task.FromResult<IResult?>(Results.StatusCode(503));
        var cut = Stopwatch.GetTimestamp();
        await Eventually.Async(() => !pid.IsAlive);

        Assert.InRange(Stopwatch.GetElapsedTime(cut).TotalSeconds, 3, 12);
        worker.Board.Intercept = _ => Task.FromResult<IResult?>(null);
        Assert.Equal(Outcome.Lost, (await worker.FinishAsync(runId)).Outcome);
    }

    [Theory]
    [InlineData(OnDisconnect.Stop)]
    [InlineData(OnDisconnect.Continue)]
    public async Task When_its_host_has_slept_too_long_a_run_goes_on_or_ends_before_the_board_is_asked_as_its_lane_says(OnDisconnect onDisconnect)
    {
        var uptime = new Asleep();
        await using var worker = await WorkerHarness.StartAsync(uptime: uptime);
        var runId = await worker.OfferAsync(WorkerHarness.Grant("echo up; while [ ! -e go ]; do sleep 0.05; done", new RunLimits(null, null, 1, onDisconnect)));
        await Eventually.Async(() => worker.Out(runId) == "up\n");

        // Two thirds of the lease are 20 s; the board answers every heartbeat, ten times a second.
        uptime.For(TimeSpan.FromSeconds(25));

        var beats = worker.Board.Heartbeats.Count;
        if (onDisconnect == OnDisconnect.Continue)
        {
            await Eventually.Async(() => worker.Board.Heartbeats.Count > beats + 5);
            await File.WriteAllTextAsync(Path.Combine(worker.Home, "runs", runId.ToString(), "workspace", "go"), "");
        }
        var finish = await worker.FinishAsync(runId);
        Assert.Equal(onDisconnect == OnDisconnect.Stop ? Outcome.Lost : Outcome.Succeeded, finish.Outcome);
    }

    [Fact]
    public void Leases_age_by_a_clock_that_goes_on_in_sleep()
    {
        var uptime = new Uptime();
        var said = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

        // What /proc/uptime says counts time asleep, and the run's own watch reads it.
        Assert.InRange((uptime.GetTimestamp() / (double)uptime.TimestampFrequency) - said, -0.02, 60);
    }

    [Theory]
    [InlineData(OnDisconnect.Stop)]
    [InlineData(OnDisconnect.Continue)]
    public async Task With_its_worker_killed_a_run_goes_on_or_ends_by_itself_within_its_lease_as_its_lane_says(OnDisconnect onDisconnect)
    {
        await using var worker = await WorkerHarness.StartAsync();
        var grant = WorkerHarness.Grant(
            "trap '' TERM; setsid sh -c 'echo $$; exec sleep 60' & sh -c 'trap \"\" TERM; echo $$; while :; do sleep 0.1; done' & sleep 0.3; echo up; while [ ! -e go ]; do sleep 0.05; done",
            new RunLimits(null, null, onDisconnect == OnDisconnect.Stop ? 600 : 1, onDisconnect), leaseSeconds: onDisconnect == OnDisconnect.Stop ? 60 : 3);
        var runId = await worker.OfferAsync(grant);
        await Eventually.Async(() => worker.Out(runId).EndsWith("up\n", StringComparison.Ordinal));
        var shim = worker.Life.Held.Find(runId)!.Shim!.Value;
        var pids = worker.Out(runId).Split('\n').Take(2).Select(int.Parse).ToList();
        var beat = Path.Combine(worker.Home, "runs", runId.ToString(), "beat");
        if (onDisconnect == OnDisconnect.Stop)
        {
            // The run's own watch hears of each renewal.
            var first = BeatIn(beat);
            await Eventually.Async(() => BeatIn(beat) > first);
        }
        Assert.True(shim.IsAlive);

        await worker.AbandonWorkerAsync();
        if (onDisconnect == OnDisconnect.Stop)
        {
            // As it would be soon: past two thirds of the lease, and before the kill.
            await File.WriteAllTextAsync(beat, $"{(long)Kernel.UptimeSeconds() - 54,-15}\n");
            await Eventually.Async(() => !shim.IsAlive);
            Assert.All(pids, pid => Assert.True(ProcStat.Read(pid) is not { IsDead: false }, $"{pid} lives"));
        }
        else
        {
            await Task.Delay(TimeSpan.FromSeconds(4));
            Assert.True(shim.IsAlive);
            await File.WriteAllTextAsync(Path.Combine(worker.Home, "runs", runId.ToString(), "workspace", "go"), "");
        }

        await worker.StartWorkerAsync();
        var finish = await worker.FinishAsync(runId);
        Assert.Equal(onDisconnect == OnDisconnect.Stop ? Outcome.Lost : Outcome.Succeeded, finish.Outcome);
    }

    /// <summary>The host's uptime, in seconds, at which a run's lease was last renewed.</summary>
    private static long BeatIn(string file) => long.Parse(File.ReadAllText(file), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The host's uptime, and the time that a test lets it sleep.</summary>
    private sealed class Asleep : TimeProvider
    {
        private readonly Uptime _uptime = new();
        private long _asleep;

        public override long TimestampFrequency => _uptime.TimestampFrequency;

        public override long GetTimestamp() => _uptime.GetTimestamp() + Interlocked.Read(ref _asleep);

        public void For(TimeSpan time) => Interlocked.Add(ref _asleep, (long)(time.TotalSeconds * TimestampFrequency));
    }
}
