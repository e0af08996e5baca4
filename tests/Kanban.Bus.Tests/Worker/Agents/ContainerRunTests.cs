using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Shim;

namespace Kanban.Bus.Tests.Worker.Agents;

/// <summary>Executor <c>container</c> with a program in the engine's place: what it is told, and that a container never outlives its run.</summary>
public sealed class ContainerRunTests
{
    // A container is a file here; its command line is what the run starts.
    private const string Script = """
        #!/bin/bash
        state=$(dirname "$0")
        verb=$1; shift
        echo "$DOCKER_HOST $HOME" >>"$state/asked"
        case $verb in
        run)
            printf '%s\n' "$@" >"$state/args"
            while [ $# -gt 0 ]; do
                case $1 in --name) name=$2 ;; *:/kanban/body:ro) . "${1%%:*}" ;; esac
                shift
            done
            echo up >"$state/container-$name"
            case $FAKE_MODE in
            ok) env >"$state/env"; echo hello; rm "$state/container-$name"; exit 3 ;;
            stuck) trap '' TERM; while :; do sleep 0.05; done ;;
            flood) exec yes ;;
            lie) exit 0 ;;
            fork)
                (trap '' INT TERM HUP; exec setsid sh -c 'echo $$ >"$0"; exec sleep 1000' "$state/forked") >/dev/null 2>&1 &
                while [ ! -s "$state/forked" ]; do sleep 0.02; done ;;
            refuse) rm "$state/container-$name"; echo 'no such image' >&2; exit 125 ;;
            esac ;;
        rm)
            if [ -e "$state/away" ]; then rm "$state/away"; exit 1; fi
            if [ -e "$state/lies" ]; then rm "$state/lies"; exit 0; fi
            rm -f "$state/container-$2" ;;
        ps)
            if [ -n "$NO_ENGINE" ]; then echo 'Cannot connect to the daemon.' >&2; exit 1; fi
            ls "$state" | grep '^container-' || : ;;
        --version) echo 'Docker version 24.0.7, build x' ;;
        esac
        """;

    [Fact]
    public async Task A_container_gets_the_runs_files_and_limits_and_its_exit_status_counts()
    {
        using var engine = new FakeEngine();
        await using var worker = await WorkerHarness.StartAsync(o => engine.Configure(o, p =>
        {
            p.Limits.MemoryMb = 256;
            p.Limits.Processes = 64;
            p.Environment["SHOWN"] = "1";
            p.Arguments.Add("--network=none");
            p.Secrets["PASSWORD"] = new SecretOptions { Command = { "echo", "hidden-word" } };
        }));

        var finish = await worker.RunAsync(FakeAgent.Grant("ok"));

        Assert.Equal((Outcome.Failed, "exit 3", 3, "hello"), (finish.Outcome, finish.Reason, finish.ExitCode, finish.Summary));
        var told = await File.ReadAllLinesAsync(Path.Combine(engine.Folder, "args"));
        var words = string.Join(' ', told);
        Assert.StartsWith($"--rm --init --name kb-{finish.RunId} --label dev.kanbanbus.run={finish.RunId} ", words, StringComparison.Ordinal);
        Assert.Contains("--stop-timeout 0 --log-driver none --memory 256m --pids-limit 64", words, StringComparison.Ordinal);
        Assert.Contains("/brief.md:/kanban/brief.md:ro", words, StringComparison.Ordinal);
        Assert.Contains("/result.json:/kanban/result.json --", words, StringComparison.Ordinal);
        Assert.EndsWith("--network=none debian:12 /bin/sh -eu /kanban/body", words, StringComparison.Ordinal);
        // Values travel in the environment: an argument list is public.
        Assert.Contains("PASSWORD", told);
        Assert.DoesNotContain("hidden-word", words, StringComparison.Ordinal);
        Assert.DoesNotContain("HOME", told);
        var environment = await File.ReadAllLinesAsync(Path.Combine(engine.Folder, "env"));
        Assert.Contains("PASSWORD=hidden-word", environment);
        Assert.Contains("KANBAN_RESULT_FILE=/kanban/result.json", environment);
        Assert.Contains("KANBAN_WORKSPACE=/workspace", environment);
    }

    [Fact]
    public async Task A_container_whose_command_line_was_killed_is_removed_and_until_then_the_run_is_not_over()
    {
        using var engine = new FakeEngine();
        await using var worker = await WorkerHarness.StartAsync(o => engine.Configure(o));
        var runId = await worker.OfferAsync(FakeAgent.Grant("stuck"));
        await Eventually.Async(() => engine.Containers.Length == 1);
        await File.WriteAllTextAsync(Path.Combine(engine.Folder, "away"), "");

        worker.Board.Stop[runId] = "enough";
        var finish = await worker.FinishAsync(runId);

        Assert.Equal(Outcome.Stopped, finish.Outcome);
        Assert.Empty(engine.Containers);
        // The engine refused once, and was asked again.
        Assert.False(File.Exists(Path.Combine(engine.Folder, "away")));
    }

    [Fact]
    public async Task The_engine_is_asked_as_it_was_started_and_knows_its_users_home()
    {
        using var engine = new FakeEngine();
        await using var worker = await WorkerHarness.StartAsync(o => engine.Configure(o, p => p.Environment["DOCKER_HOST"] = "tcp://engine:2376"));

        await worker.RunAsync(FakeAgent.Grant("ok"));

        var asked = await File.ReadAllLinesAsync(Path.Combine(engine.Folder, "asked"));
        Assert.True(asked.Length > 2);
        Assert.Equal([$"tcp://engine:2376 {Environment.GetEnvironmentVariable("HOME")}"], asked.Distinct());
    }

    [Fact]
    public async Task An_engine_that_misbehaves_leaves_neither_container_nor_process()
    {
        using var engine = new FakeEngine();
        await using var worker = await WorkerHarness.StartAsync(o =>
        {
            o.LogLimitBytes = 1 << 20;
            engine.Configure(o);
        });
        // One removal is said to have been made, and was not.
        await File.WriteAllTextAsync(Path.Combine(engine.Folder, "lies"), "");

        var hung = worker.RunAsync(FakeAgent.Grant("stuck", limits: new RunLimits(null, 2, 1, OnDisconnect.Continue), task: 1));
        var flooding = worker.RunAsync(FakeAgent.Grant("flood", task: 2));
        var lying = worker.RunAsync(FakeAgent.Grant("lie", task: 3));
        var forking = worker.RunAsync(FakeAgent.Grant("fork", task: 4));

        Assert.Equal((Outcome.TimedOut, "wrote nothing for 2 s", ErrorClass.Agent), ((await hung).Outcome, (await hung).Reason, (await hung).Class));
        Assert.Equal((Outcome.Failed, "wrote more than 1,048,576 bytes of output"), ((await flooding).Outcome, (await flooding).Reason));
        Assert.InRange(worker.Board.Log((await flooding).RunId, "stdout").Length, (1 << 20) - 1024, 1 << 20);
        Assert.Equal((Outcome.Succeeded, 0), ((await lying).Outcome, (await lying).ExitCode));
        Assert.Equal(Outcome.Succeeded, (await forking).Outcome);
        Assert.Empty(engine.Containers);
        Assert.False(File.Exists(Path.Combine(engine.Folder, "lies")));
        var forked = int.Parse(await File.ReadAllTextAsync(Path.Combine(engine.Folder, "forked")), System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(ProcStat.Read(forked) is not { IsDead: false });
    }

    [Fact]
    public async Task A_container_of_a_lane_that_says_stop_ends_within_the_lease_though_its_worker_is_dead()
    {
        using var engine = new FakeEngine();
        await using var worker = await WorkerHarness.StartAsync(o => engine.Configure(o));
        var runId = await worker.OfferAsync(FakeAgent.Grant("stuck") with { Limits = new RunLimits(null, null, 600, OnDisconnect.Stop), LeaseSeconds = 60 });
        await Eventually.Async(() => engine.Containers.Length == 1);
        await worker.AbandonWorkerAsync();

        // As it would be soon: past the time of the kill.
        await File.WriteAllTextAsync(Path.Combine(worker.Home, "runs", runId.ToString(), "beat"), $"{(long)Kernel.UptimeSeconds() - 60,-15}\n");

        await Eventually.Async(() => engine.Containers.Length == 0);
        await worker.StartWorkerAsync();
        Assert.Equal(Outcome.Lost, (await worker.FinishAsync(runId)).Outcome);
    }

    [Fact]
    public async Task What_the_engine_itself_refuses_is_the_hosts_fault()
    {
        using var engine = new FakeEngine();
        await using var worker = await WorkerHarness.StartAsync(o => engine.Configure(o));

        var finish = await worker.RunAsync(FakeAgent.Grant("refuse"));

        Assert.Equal((Outcome.Failed, "the container was not started: no such image", ErrorClass.Host), (finish.Outcome, finish.Reason, finish.Class));
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, "'PROGRAM ps --quiet' ended with 1: Cannot connect to the daemon.")]
    public async Task An_engine_that_does_not_answer_is_told_though_its_command_line_works(bool away, string? fault)
    {
        using var engine = new FakeEngine();
        var options = new WorkerOptions();
        engine.Configure(options, p =>
        {
            if (away)
                p.Environment["NO_ENGINE"] = "1";
        });

        var found = (await HostAgents.FindAsync(options.Profiles, all: false, CancellationToken.None)).Single(a => a.Profiles.Contains("agent"));

        // It may come yet, and what has failed by then is tried elsewhere.
        Assert.Equal(("docker=24.0.7", fault?.Replace("PROGRAM", found.Program, StringComparison.Ordinal)), (found.Capability, found.Fault));
    }

    private sealed class FakeEngine : IDisposable
    {
        public string Folder { get; } = Directory.CreateTempSubdirectory("kanban-engine-").FullName;

        public string[] Containers => Directory.GetFiles(Folder, "container-*");

        public void Configure(WorkerOptions worker, Action<ProfileOptions>? more = null)
        {
            var program = Path.Combine(Folder, "docker");
            File.WriteAllText(program, Script);
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var profile = new ProfileOptions { Executor = "container", Binary = program, Image = "debian:12" };
            more?.Invoke(profile);
            worker.Profiles["agent"] = profile;
        }

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}
