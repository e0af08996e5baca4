using System.Diagnostics;
using System.Text;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Shim;

namespace Kanban.Bus.Tests.Worker.Agents;

/// <summary>Executor <c>container</c> with the engine of this host, where it has one: what <see cref="ContainerRunTests"/> says of a program in its place is so.</summary>
public sealed class RealContainerTests(RealEngine engine) : IClassFixture<RealEngine>
{
    private const string Stubborn = "trap '' TERM; while :; do sleep 0.1; done";

    [NeedsEngineFact]
    public async Task A_container_has_the_runs_files_and_what_it_writes_counts()
    {
        await using var worker = await StartAsync(o =>
        {
            o.Profiles["box"].Environment["SHOWN"] = "1";
            o.Profiles["box"].Secrets["PASSWORD"] = new SecretOptions { Command = { "echo", "hidden-word" } };
        });
        var runId = await worker.OfferAsync(Box("""
            env | busybox sort
            busybox pwd; cat "$KANBAN_BRIEF_FILE" "$KANBAN_PARENTS_FILE"; touch "$KANBAN_BODY_FILE" || echo only to read
            echo '{"event":"run.started"}' >>"$KANBAN_EVENTS_FILE"
            echo made >made
            while [ ! -s "$KANBAN_INBOX_FILE" ]; do sleep 0.1; done
            cat "$KANBAN_INBOX_FILE"
            echo '{"summary":"all done","metadata":{"n":2}}' >"$KANBAN_RESULT_FILE"
            """) with { Artifacts = ["made"] });
        await Eventually.Async(() => worker.Out(runId).Contains("only to read", StringComparison.Ordinal));
        worker.Board.Messages = [new RunMessage(runId, new CommentView(41, "key:ann", DateTimeOffset.UnixEpoch, "Go on.", null))];
        var finish = await worker.FinishAsync(runId);

        Assert.Equal((Outcome.Succeeded, null, 0, "all done"), (finish.Outcome, finish.Reason, finish.ExitCode, finish.Summary));
        Assert.Equal(2, finish.Metadata?.GetProperty("n").GetInt32());
        Assert.Equal("made\n", Encoding.UTF8.GetString(worker.Board.Artifacts(runId)["made"]));
        Assert.Equal("{\"event\":\"run.started\"}\n", Encoding.UTF8.GetString(worker.Board.Log(runId, "events")));
        var told = worker.Out(runId).Split('\n');
        Assert.Contains("/workspace", told);
        Assert.Contains("# A task", told);
        Assert.Contains("SHOWN=1", told);
        Assert.Contains("KANBAN_TASK=main-7", told);
        Assert.Contains(told, line => line.StartsWith("PASSWORD=*", StringComparison.Ordinal));
        Assert.Contains(told, line => line.Contains("Go on.", StringComparison.Ordinal));
        // Nothing of the host's: not its home, and not even where its engine is.
        Assert.DoesNotContain(told, line => line.Contains(worker.Home, StringComparison.Ordinal));
        Assert.Empty(engine.Containers);
    }

    [NeedsEngineFact]
    public async Task Containers_end_as_their_command_or_the_engine_does_and_none_is_left()
    {
        await using var worker = await StartAsync(o => o.Profiles["gone"].Image = "localhost/no-such-image:1");

        var failing = worker.RunAsync(Box("echo to stderr >&2; exit 3", task: 1));
        var silent = worker.RunAsync(Box("sleep 1000", new RunLimits(null, 2, 1, OnDisconnect.Continue), task: 2));
        var unknown = worker.RunAsync(Box("", task: 3, profile: "gone"));

        Assert.Equal((Outcome.Failed, "exit 3", 3), ((await failing).Outcome, (await failing).Reason, (await failing).ExitCode));
        Assert.Equal("to stderr\n", Encoding.UTF8.GetString(worker.Board.Log((await failing).RunId, "stderr")));
        Assert.Equal((Outcome.TimedOut, "wrote nothing for 2 s"), ((await silent).Outcome, (await silent).Reason));
        Assert.Equal((Outcome.Failed, ErrorClass.Host), ((await unknown).Outcome, (await unknown).Class));
        Assert.StartsWith("the container was not started: ", (await unknown).Reason, StringComparison.Ordinal);
        Assert.Empty(engine.Containers);
    }

    [NeedsEngineFact(BoundsMemory = true)]
    public async Task A_container_that_takes_too_much_memory_ends_and_its_task_is_told()
    {
        await using var worker = await StartAsync();

        var finish = await worker.RunAsync(Box("a=x; while :; do a=$a$a; done", profile: "small"));

        Assert.Equal((Outcome.Failed, ErrorClass.Task, "ended by signal KILL (exit 137); it may take 32 MiB of memory"), (finish.Outcome, finish.Class, finish.Reason));
        Assert.Empty(engine.Containers);
    }

    [NeedsEngineFact]
    public async Task A_stop_reaches_what_is_in_the_container_and_one_that_does_not_heed_it_ends_after_the_grace()
    {
        await using var worker = await StartAsync();
        var polite = await worker.OfferAsync(Box("trap 'echo asked; asked=1' TERM; asked=; echo up; while [ -z $asked ]; do sleep 0.1 || :; done; for i in 1 2 3 4 5; do sleep 0.1 || :; done; echo over", task: 1));
        var stubborn = await worker.OfferAsync(Box("echo up; " + Stubborn, task: 2));
        await Eventually.Async(() => worker.Out(polite) == "up\n" && worker.Out(stubborn) == "up\n");
        Assert.Equal(2, engine.Containers.Length);

        var asked = Stopwatch.GetTimestamp();
        worker.Board.Stop[polite] = worker.Board.Stop[stubborn] = "enough";

        Assert.Equal(Outcome.Stopped, (await worker.FinishAsync(polite)).Outcome);
        Assert.Equal(Outcome.Stopped, (await worker.FinishAsync(stubborn)).Outcome);
        Assert.Equal("up\nasked\nover\n", worker.Out(polite));
        // A grace of 2 s, and what an engine takes; not the 10 s of an engine's own.
        Assert.InRange(Stopwatch.GetElapsedTime(asked).TotalSeconds, 2, 10);
        Assert.Empty(engine.Containers);
    }

    [NeedsEngineFact]
    public async Task A_container_outlives_its_worker_and_not_its_lease()
    {
        await using var worker = await StartAsync();
        var goesOn = await worker.OfferAsync(Box("echo up; while [ ! -e go ]; do sleep 0.1; done; echo still here", task: 1));
        var stops = await worker.OfferAsync(Box(Stubborn, new RunLimits(null, null, 600, OnDisconnect.Stop), task: 2) with { LeaseSeconds = 60 });
        await Eventually.Async(() => engine.Containers.Length == 2);
        await worker.AbandonWorkerAsync();

        // As it would be soon: past the time of the kill.
        await File.WriteAllTextAsync(Path.Combine(worker.Home, "runs", stops.ToString(), "beat"), $"{(long)Kernel.UptimeSeconds() - 60,-15}\n");
        await Eventually.Async(() => engine.Containers.Length == 1, TimeSpan.FromSeconds(15));
        await worker.StartWorkerAsync();
        Assert.Equal(Outcome.Lost, (await worker.FinishAsync(stops)).Outcome);
        await File.WriteAllTextAsync(Path.Combine(worker.Life.Held.Find(goesOn)!.Directory.Workspace, "go"), "");
        var finish = await worker.FinishAsync(goesOn);

        Assert.Equal((Outcome.Succeeded, "up\nstill here\n"), (finish.Outcome, worker.Out(goesOn)));
        Assert.Empty(engine.Containers);
    }

    private Task<WorkerHarness> StartAsync(Action<WorkerOptions>? more = null) => WorkerHarness.StartAsync(o =>
    {
        engine.Configure(o);
        more?.Invoke(o);
    });

    private static Grant Box(string body, RunLimits? limits = null, int task = 7, string profile = "box") =>
        WorkerHarness.Grant(body, limits) with { TaskKey = $"main-{task}", Profile = profile };
}
