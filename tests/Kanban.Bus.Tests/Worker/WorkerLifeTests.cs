using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Worker.Shim;

namespace Kanban.Bus.Tests.Worker;

/// <summary>A worker and its board: registration, sessions, batches, lost answers, drain.</summary>
public sealed class WorkerLifeTests
{
    [Fact]
    public async Task It_says_who_it_is()
    {
        await using var worker = await WorkerHarness.StartAsync(o => o.Capabilities.Add("repo=web"));

        var me = worker.Board.Registrations.First();

        Assert.Equal(("w1", "here", WorkerProtocol.Version, Environment.ProcessId), (me.Id, me.Host, me.Protocol, me.ProcessId));
        Assert.Equal(4, me.Lanes["shell"]);
        Assert.Equal(["repo=web"], me.Capabilities);
        Assert.Equal(["shell"], me.Profiles);
        Assert.Equal(ProcessIdentity.CurrentBootId, me.BootId);
    }

    [Fact]
    public async Task No_more_runs_at_a_time_than_slots()
    {
        await using var worker = await WorkerHarness.StartAsync(o => o.Lanes["shell"] = 2);
        var runs = new List<Guid>();
        for (var i = 0; i < 5; i++)
            runs.Add(await worker.OfferAsync(WorkerHarness.Grant("echo up; sleep 0.4")));

        await Eventually.Async(() => worker.Board.Heartbeats.Last().FreeSlots["shell"] == 0);
        foreach (var run in runs)
            await worker.FinishAsync(run);

        Assert.All(worker.Board.Heartbeats, beat => Assert.InRange(beat.FreeSlots["shell"], 0, 2));
        Assert.True(worker.Board.Claims.SelectMany(c => c.Claims).All(c => c.Slot is 0 or 1));
    }

    [Fact]
    public async Task Claims_that_wait_at_the_same_moment_go_in_one_request()
    {
        var first = new TaskCompletionSource();
        var calls = 0;
        await using var worker = await WorkerHarness.StartAsync(o => o.Lanes["shell"] = 10);
        worker.Board.Intercept = async context =>
        {
            if (context.Request.Path.Value!.EndsWith("/claims", StringComparison.Ordinal) && Interlocked.Increment(ref calls) == 1)
                await first.Task;
            return null;
        };

        var runs = new List<Guid> { await worker.OfferAsync(WorkerHarness.Grant("true")) };
        await Eventually.Async(() => calls == 1);
        for (var i = 0; i < 9; i++)
            runs.Add(await worker.OfferAsync(WorkerHarness.Grant("true")));
        await Eventually.Async(() => worker.Board.Heartbeats.Last().FreeSlots["shell"] == 0);
        first.SetResult();
        foreach (var run in runs)
            await worker.FinishAsync(run);

        Assert.Equal([1, 9], worker.Board.Claims.Select(c => c.Claims.Count));
    }

    [Fact]
    public async Task A_refused_claim_frees_its_slot()
    {
        await using var worker = await WorkerHarness.StartAsync(o => o.Lanes["shell"] = 1);
        var withdrawn = WorkerHarness.Grant("true");
        worker.Board.Intercept = context => Task.FromResult<IResult?>(null);
        await worker.OfferAsync(withdrawn);
        await worker.FinishAsync(withdrawn.RunId);

        // The same offer again: the fake board does not know the run any more and refuses it.
        await worker.OfferAgainAsync(withdrawn);
        var next = await worker.RunAsync("echo next");

        Assert.Equal("next", next.Summary);
        Assert.Single(worker.Board.Finishes, f => f.RunId == withdrawn.RunId);
    }

    [Fact]
    public async Task A_claim_and_a_finish_without_an_answer_are_repeated()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var faults = new Dictionary<string, int> { ["/claims"] = 2, ["/finishes"] = 2 };
        worker.Board.Intercept = context =>
        {
            var what = faults.Keys.FirstOrDefault(k => context.Request.Path.Value!.EndsWith(k, StringComparison.Ordinal));
            return Task.FromResult(what is not null && faults[what]-- > 0 ? Results.StatusCode(503) : null);
        };

        var finish = await worker.RunAsync("echo once >>\"$HOME/../../ran\"; wc -l <\"$HOME/../../ran\"");

        Assert.Equal((Outcome.Succeeded, "1"), (finish.Outcome, finish.Summary?.Trim()));
        Assert.All(faults.Values, left => Assert.True(left < 0));
    }

    [Fact]
    public async Task A_log_survives_lost_pieces_and_wrong_offsets_byte_for_byte()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var calls = 0;
        worker.Board.Intercept = async context =>
        {
            if (!context.Request.Path.Value!.Contains("/log/", StringComparison.Ordinal))
                return null;
            // Every third call fails before it is stored, every fifth after.
            var n = Interlocked.Increment(ref calls);
            if (n % 3 == 0)
                return Results.StatusCode(502);
            if (n % 5 == 0)
            {
                context.Response.OnStarting(() => throw new IOException("cut"));
                return null;
            }
            await Task.Yield();
            return null;
        };

        var finish = await worker.RunAsync("i=0; while [ $i -lt 40 ]; do head -c 30000 /dev/zero | tr '\\0' \"$(printf '\\\\%03o' $((65 + i % 26)))\"; i=$((i+1)); sleep 0.01; done");

        var expected = Enumerable.Range(0, 40).SelectMany(i => Enumerable.Repeat((byte)(65 + (i % 26)), 30000)).ToArray();
        Assert.True(calls > 5);
        Assert.Equal(Outcome.Succeeded, finish.Outcome);
        Assert.True(expected.AsSpan().SequenceEqual(worker.Board.Log(finish.RunId, "stdout")));
    }

    [Fact]
    public async Task An_ended_session_is_followed_by_a_new_one_that_keeps_the_runs()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var gate = Path.Combine(worker.Home, "gate");
        var grant = WorkerHarness.Grant($"echo up; while [ ! -e {gate} ]; do sleep 0.05; done; echo down");
        await worker.OfferAsync(grant);
        await Eventually.Async(() => worker.Out(grant.RunId) == "up\n");

        worker.Board.Intercept = context => Task.FromResult(
            context.Request.Headers.Authorization == "Bearer kbs_1" ? Results.Unauthorized() : null);
        await Eventually.Async(() => worker.Board.Registrations.Count == 2);
        await File.WriteAllTextAsync(gate, "");

        Assert.Equal(Outcome.Succeeded, (await worker.FinishAsync(grant.RunId)).Outcome);
        Assert.Equal(2, worker.Board.Registrations.Count);
        Assert.Equal([new HeldRun(grant.RunId, 3)], worker.Board.Registrations.Last().Held);
    }

    [Fact]
    public async Task A_board_that_was_upgraded_past_its_worker_tells_it_so_and_the_run_goes_on_until_they_understand_each_other()
    {
        var lines = new LogLines();
        await using var worker = await WorkerHarness.StartAsync(loggers: lines);
        var gate = Path.Combine(worker.Home, "gate");
        var run = await worker.OfferAsync(WorkerHarness.Grant($"while [ ! -e {gate} ]; do sleep 0.05; done"));
        await Eventually.Async(() => worker.Life.Held.Find(run)?.Shim is not null);
        const string advice = "Upgrade the worker w1 (1.0.0), the older of the two.";

        worker.Board.Intercept = context => Task.FromResult<IResult?>(Results.Problem(advice, statusCode: StatusCodes.Status426UpgradeRequired));

        await Eventually.Async(() => lines.All.Count(l => l.Contains("not accepted", StringComparison.Ordinal) && l.Contains(advice, StringComparison.Ordinal)) > 1);
        Assert.False(worker.Running.IsCompleted);
        Assert.NotNull(worker.Life.Held.Find(run));
        worker.Board.Intercept = _ => Task.FromResult<IResult?>(null);
        await Eventually.Async(() => worker.Board.Registrations.Count == 2);
        await File.WriteAllTextAsync(gate, "");
        Assert.Equal(Outcome.Succeeded, (await worker.FinishAsync(run)).Outcome);
        Assert.Equal(run, Assert.Single(worker.Board.Registrations.Last().Held).RunId);
    }

    [Fact]
    public async Task A_superseded_worker_ends_its_runs_and_exits_with_1()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var runId = await worker.OfferAsync(WorkerHarness.Grant("echo up; sleep 60"));
        await Eventually.Async(() => worker.Out(runId) == "up\n");
        var shim = worker.Life.Held.Find(runId)!.Shim!.Value;

        worker.Board.Intercept = context => Task.FromResult(context.Request.Path.Value!.Contains("/workers/", StringComparison.Ordinal)
            ? Results.Json(new { code = "session-superseded", detail = "Worker w1 registered again." }, statusCode: 409)
            : null);

        Assert.Equal(1, await worker.Running.WaitAsync(Eventually.Deadline));
        Assert.False(shim.IsAlive);
    }

    [Fact]
    public async Task Draining_lets_running_work_end_takes_nothing_new_and_says_goodbye()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var gate = Path.Combine(worker.Home, "gate");
        var runId = await worker.OfferAsync(WorkerHarness.Grant($"echo up; while [ ! -e {gate} ]; do sleep 0.05; done; echo down"));
        await Eventually.Async(() => worker.Out(runId) == "up\n");

        var left = worker.LeaveAsync();
        await Eventually.Async(() => worker.Board.Heartbeats.Last().Draining);
        var tooLate = await worker.OfferAsync(WorkerHarness.Grant("echo never"));
        await File.WriteAllTextAsync(gate, "");

        Assert.Equal(0, await left.WaitAsync(Eventually.Deadline));
        Assert.Equal((Outcome.Succeeded, "up\ndown"), (worker.Board.FinishOf(runId)!.Outcome, worker.Board.FinishOf(runId)!.Summary));
        Assert.Equal(1, worker.Board.Goodbyes);
        Assert.DoesNotContain(worker.Board.Claims.SelectMany(c => c.Claims), c => c.RunId == tooLate);
    }

    [Fact]
    public async Task What_is_handed_back_waits_neither_for_its_lanes_grace_nor_for_its_log()
    {
        await using var worker = await WorkerHarness.StartAsync(o => o.DrainLimit = TimeSpan.FromSeconds(0.5));
        var runId = await worker.OfferAsync(WorkerHarness.Grant("trap '' TERM; while :; do echo up; sleep 0.1; done", new RunLimits(null, null, 600, OnDisconnect.Continue)));
        await Eventually.Async(() => worker.Out(runId).Length > 0);
        var holding = new TaskCompletionSource();
        worker.Board.Intercept = async context =>
        {
            if (context.Request.Path.Value!.Contains("/log", StringComparison.Ordinal))
                await holding.Task;
            return null;
        };

        Assert.Equal(0, await worker.LeaveAsync().WaitAsync(Eventually.Deadline));

        Assert.Equal(Outcome.Released, worker.Board.FinishOf(runId)!.Outcome);
        holding.SetResult();
    }

    [Fact]
    public async Task Past_the_drain_limit_running_work_is_handed_back()
    {
        await using var worker = await WorkerHarness.StartAsync(o => o.DrainLimit = TimeSpan.FromSeconds(0.5));
        var runId = await worker.OfferAsync(WorkerHarness.Grant("echo up; sleep 60"));
        await Eventually.Async(() => worker.Out(runId) == "up\n");

        Assert.Equal(0, await worker.LeaveAsync().WaitAsync(Eventually.Deadline));

        Assert.Equal(Outcome.Released, worker.Board.FinishOf(runId)!.Outcome);
        Assert.Equal(1, worker.Board.Goodbyes);
    }

    [Fact]
    public async Task A_drain_order_is_followed_without_a_limit()
    {
        await using var worker = await WorkerHarness.StartAsync(o => o.DrainLimit = TimeSpan.Zero);
        var runId = await worker.OfferAsync(WorkerHarness.Grant("echo up; sleep 1"));
        await Eventually.Async(() => worker.Out(runId) == "up\n");

        worker.Board.DrainOrdered = true;

        Assert.Equal(0, await worker.Running.WaitAsync(Eventually.Deadline));
        Assert.Equal(Outcome.Succeeded, worker.Board.FinishOf(runId)!.Outcome);
    }

    [Fact]
    public async Task A_stalled_heartbeat_has_its_own_deadline_and_the_next_one_is_answered()
    {
        await using var worker = await WorkerHarness.StartAsync(prepare: board => board.LeaseSeconds = 2);
        var stalled = 0;
        worker.Board.Intercept = async context =>
        {
            if (context.Request.Path.Value!.EndsWith("/heartbeat", StringComparison.Ordinal) && Interlocked.Exchange(ref stalled, 1) == 0)
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return null;
        };
        await Eventually.Async(() => stalled == 1);
        var before = worker.Board.Heartbeats.Count;

        await Eventually.Async(() => worker.Board.Heartbeats.Count > before + 2, within: TimeSpan.FromSeconds(30));
    }
}
