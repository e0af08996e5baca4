using System.Text;
using System.Text.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Shim;

namespace Kanban.Bus.Tests.Worker.Agents;

/// <summary>Every agent's executor by a worker and a program that plays the agent: recorded streams, and all it may do wrong.</summary>
public sealed class AgentRunTests
{
    public static TheoryData<string> Agents => ["claude-code", "codex", "opencode"];

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task An_agent_reads_the_brief_and_what_it_does_reaches_the_board(string executor)
    {
        using var agent = new FakeAgent();
        await using var worker = await WorkerHarness.StartAsync(o => agent.Configure(o, executor, p => p.Model = "m-1"));

        var finish = await worker.RunAsync(FakeAgent.Grant("play", Recorded.PathOf(executor, "tool-use")));

        Assert.Equal((Outcome.Succeeded, "The work is done: hello from the mock."), (finish.Outcome, finish.Summary));
        Assert.Equal("# The brief\n", agent.Input(finish.RunId));
        Assert.Contains("m-1", agent.Arguments(finish.RunId));
        var recorded = Recorded.Read(executor, "tool-use", 0);
        Assert.Equal(recorded.State.Session, finish.Session);
        var used = finish.Usage!.Value.Deserialize<AgentUsage>(Json.Client)!;
        Assert.Equal((executor, recorded.State.Usage!.OutputTokens), (used.Agent, used.OutputTokens));
        Assert.Equal(File.ReadAllBytes(Recorded.PathOf(executor, "tool-use")), worker.Board.Log(finish.RunId, "stdout"));
        var events = Events(worker, finish.RunId);
        Assert.Equal(recorded.Kinds, events.Select(e => e.Event));
        Assert.All(events, e => Assert.Equal((byte)'{', worker.Board.Log(finish.RunId, "stdout")[e.Raw!.Value]));
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task An_agent_that_misbehaves_is_ended_and_told_apart(string executor)
    {
        using var agent = new FakeAgent();
        await using var worker = await WorkerHarness.StartAsync(o =>
        {
            o.Lanes["shell"] = 10;
            o.LogLimitBytes = 1 << 20;
            agent.Configure(o, executor);
        });
        var stream = Recorded.PathOf(executor, "plain");
        // Seven start at once: their first line must not come after it.
        var silence = new RunLimits(null, 6, 1, OnDisconnect.Continue);

        var hung = worker.RunAsync(FakeAgent.Grant("hang", stream, limits: silence, task: 1));
        var stubborn = worker.RunAsync(FakeAgent.Grant("stubborn", stream, limits: silence, task: 2));
        var flooding = worker.RunAsync(FakeAgent.Grant("flood", task: 3));
        var forking = worker.RunAsync(FakeAgent.Grant("fork", stream, task: 4));
        var wordless = worker.RunAsync(FakeAgent.Grant("silent", exit: 0, task: 5));
        var lying = worker.RunAsync(FakeAgent.Grant("play", stream, exit: 1, task: 6));
        var limited = worker.RunAsync(FakeAgent.Grant("play", Recorded.PathOf(executor, "limit"), exit: executor == "claude-code" ? 0 : 1, task: 7));

        foreach (var silent in (FinishItem[])[await hung, await stubborn])
        {
            Assert.Equal((Outcome.TimedOut, "wrote nothing for 6 s", ErrorClass.Agent), (silent.Outcome, silent.Reason, silent.Class));
            // The next run can go on with it.
            Assert.Equal(Recorded.Read(executor, "plain", 0).State.Session, silent.Session);
        }
        Assert.Equal((Outcome.Failed, "wrote more than 1,048,576 bytes of output"), ((await flooding).Outcome, (await flooding).Reason));
        Assert.Equal(Outcome.Succeeded, (await forking).Outcome);
        Assert.True(ProcStat.Read(agent.Forked((await forking).RunId)) is not { IsDead: false });
        Assert.Equal((Outcome.Failed, $"{executor} ended without saying how (exit 0)", ErrorClass.Agent), ((await wordless).Outcome, (await wordless).Reason, (await wordless).Class));
        Assert.Equal(executor == "claude-code" ? Outcome.Succeeded : Outcome.Failed, (await lying).Outcome);
        Assert.Equal((Outcome.Failed, ErrorClass.Provider), ((await limited).Outcome, (await limited).Class));
        Assert.Equal(executor == "opencode" ? 1 : null, (await limited).RetryAfterSeconds);
    }

    [Fact]
    public async Task A_stop_is_asked_in_the_way_that_lets_the_agent_close_its_books()
    {
        using var agent = new FakeAgent();
        await using var worker = await WorkerHarness.StartAsync(o => agent.Configure(o, "claude-code"));
        var runId = await worker.OfferAsync(FakeAgent.Grant("polite", Recorded.PathOf("claude-code", "cancel-int"), limits: new RunLimits(null, null, 30, OnDisconnect.Continue)));
        await Eventually.Async(() => worker.Out(runId).Length > 0);

        worker.Board.Stop[runId] = "enough";
        var finish = await worker.FinishAsync(runId);

        Assert.Equal((Outcome.Stopped, "enough", 0), (finish.Outcome, finish.Reason, finish.ExitCode));
        Assert.Equal(6, finish.Usage!.Value.Deserialize<AgentUsage>(Json.Client)!.OutputTokens);
    }

    [Theory]
    [InlineData("claude-code", "--resume")]
    [InlineData("codex", "resume")]
    [InlineData("opencode", "-s")]
    public async Task A_next_run_goes_on_with_the_session(string executor, string word)
    {
        using var agent = new FakeAgent();
        await using var worker = await WorkerHarness.StartAsync(o => agent.Configure(o, executor));
        var first = await worker.RunAsync(FakeAgent.Grant("play", Recorded.PathOf(executor, "plain")));
        // Where Claude Code keeps it: under the folder that it worked in.
        var kept = agent.Variable(first.RunId, "CLAUDE_CONFIG_DIR");
        if (executor == "claude-code")
        {
            Directory.CreateDirectory(Path.Combine(kept!, "projects", "elsewhere"));
            await File.WriteAllTextAsync(Path.Combine(kept!, "projects", "elsewhere", first.Session + ".jsonl"), "{}");
        }

        var second = await worker.RunAsync(FakeAgent.Grant("play", Recorded.PathOf(executor, "resume"), session: first.Session));

        var arguments = agent.Arguments(second.RunId).ToList();
        Assert.Equal(first.Session, arguments[arguments.IndexOf(word) + 1]);
        Assert.EndsWith("# The brief\n", agent.Input(second.RunId), StringComparison.Ordinal);
        Assert.Contains("before", agent.Input(second.RunId), StringComparison.Ordinal);
        // Each run answers for what it used itself, whatever the agent counts.
        Assert.Equal(first.Usage!.Value.GetProperty("inputTokens").GetInt64(), second.Usage!.Value.GetProperty("inputTokens").GetInt64());
        if (executor == "claude-code")
        {
            var workspace = agent.Variable(second.RunId, "KANBAN_WORKSPACE")!;
            var here = new string([.. workspace.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
            Assert.True(File.Exists(Path.Combine(kept!, "projects", here, first.Session + ".jsonl")));
            var third = await worker.RunAsync(FakeAgent.Grant("play", Recorded.PathOf(executor, "plain"), session: "gone"));
            Assert.DoesNotContain(word, agent.Arguments(third.RunId));
        }
    }

    /// <summary>OpenCode goes on with a session only where it began.</summary>
    [Fact]
    public async Task Runs_of_a_task_get_a_fresh_workspace_at_one_path_where_the_agents_session_is_tied_to_it()
    {
        using var agent = new FakeAgent();
        await using var worker = await WorkerHarness.StartAsync(o => agent.Configure(o, "opencode"));
        var stream = Recorded.PathOf("opencode", "plain");
        var late = await worker.OfferAsync(FakeAgent.Grant("stubborn", stream));
        await Eventually.Async(() => worker.Out(late).Length > 0);
        var path = agent.Variable(late, "KANBAN_WORKSPACE")!;
        Assert.Equal("half\n", await File.ReadAllTextAsync(Path.Combine(path, "draft")));

        // The next run waits for what still lives of the one before it, and finds nothing of it.
        var next = await worker.OfferAsync(FakeAgent.Grant("play", stream) with { Artifacts = ["draft"] });
        await Eventually.Async(() => worker.Board.Heartbeats.Last().Runs.Count == 2);
        Assert.False(agent.HasStarted(next));
        worker.Board.Stop[late] = "enough";
        Assert.Equal(Outcome.Stopped, (await worker.FinishAsync(late)).Outcome);
        var finish = await worker.FinishAsync(next);

        Assert.Equal((path, ""), (agent.Variable(next, "KANBAN_WORKSPACE"), agent.Found(next)));
        Assert.Equal((Outcome.Succeeded, "half\n"), (finish.Outcome, Encoding.UTF8.GetString(worker.Board.Artifacts(next)["draft"])));
        Assert.False(Directory.Exists(path));
        // What a run left that nobody could put in order goes when the worker starts.
        Directory.CreateDirectory(Path.Combine(path, "left"));
        await worker.AbandonWorkerAsync();
        await worker.StartWorkerAsync();
        await Eventually.Async(() => !Directory.Exists(path));
        var other = await worker.RunAsync(FakeAgent.Grant("play", stream) with { TaskKey = "main-8" });
        Assert.NotEqual(path, agent.Variable(other.RunId, "KANBAN_WORKSPACE"));
    }

    [Fact]
    public async Task The_session_reaches_the_board_while_the_agent_works()
    {
        using var agent = new FakeAgent();
        await using var worker = await WorkerHarness.StartAsync(o => agent.Configure(o, "codex"));

        var runId = await worker.OfferAsync(FakeAgent.Grant("hang", Recorded.PathOf("codex", "plain")));

        var session = Recorded.Read("codex", "plain", 0).State.Session;
        await Eventually.Async(() => worker.Board.Heartbeats.Any(h => h.Progress?.Any(p => p.RunId == runId && p.Session == session) == true));
        Assert.Single(worker.Board.Heartbeats.SelectMany(h => h.Progress ?? []), p => p.RunId == runId);
    }

    [Fact]
    public async Task A_restarted_worker_goes_on_reading_without_a_gap_or_a_repeat()
    {
        using var agent = new FakeAgent();
        await using var worker = await WorkerHarness.StartAsync(o => agent.Configure(o, "claude-code"));
        var runId = await worker.OfferAsync(FakeAgent.Grant("polite", Recorded.PathOf("claude-code", "tool-use"), limits: new RunLimits(null, null, 30, OnDisconnect.Continue)));
        await Eventually.Async(() => Events(worker, runId).Count > 0);

        await worker.AbandonWorkerAsync();
        await worker.StartWorkerAsync();
        worker.Board.Stop[runId] = "enough";
        await worker.FinishAsync(runId);

        // The first line comes twice: once while it held, once with the rest.
        Assert.Equal([AgentEvents.RunStarted, .. Recorded.Read("claude-code", "tool-use", 0).Kinds], Events(worker, runId).Select(e => e.Event));
    }

    [Fact]
    public async Task Secrets_come_from_the_hosts_files_and_programs_and_do_not_leave_it()
    {
        using var agent = new FakeAgent();
        var file = Path.Combine(agent.Folder, "secret");
        await File.WriteAllTextAsync(file, "from-file\n");
        await using var worker = await WorkerHarness.StartAsync(o => agent.Configure(o, "codex", p =>
        {
            p.Secrets["ONE"] = new SecretOptions { File = file };
            p.Secrets["TWO"] = new SecretOptions { Command = { "printf", "from-%s", "program" } };
        }));
        var stream = Path.Combine(agent.Folder, "stream");
        await File.WriteAllTextAsync(stream, "from-file, from-program and from here\n");
        var runId = await worker.OfferAsync(FakeAgent.Grant("hang", stream));
        await Eventually.Async(() => worker.Out(runId).EndsWith('\n'));

        Assert.Equal("*********, ************ and from here\n", worker.Out(runId));
        Assert.Equal(("from-file", "from-program"), (agent.Variable(runId, "ONE"), agent.Variable(runId, "TWO")));
        var run = worker.Life.Held.Find(runId)!;
        Assert.Equal(["from-file", "from-program"], run.Hidden);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(run.Directory.SecretsFile));
        worker.Board.Stop[runId] = "enough";
        await worker.FinishAsync(runId);

        File.Delete(file);
        var without = await worker.RunAsync(FakeAgent.Grant("play"));
        Assert.Equal((Outcome.Failed, ErrorClass.Host), (without.Outcome, without.Class));
        Assert.Contains("the secret ONE can't be read", without.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hermes_tells_by_its_usage_file_whether_it_completed()
    {
        using var agent = new FakeAgent();
        await using var worker = await WorkerHarness.StartAsync(o => agent.Configure(o, "hermes"));
        var (good, bad) = (Path.Combine(agent.Folder, "good.json"), Path.Combine(agent.Folder, "bad.json"));
        await File.WriteAllTextAsync(good, """{"session_id":"h-1","completed":true,"input_tokens":10,"output_tokens":4,"cache_read_tokens":3,"estimated_cost_usd":0.5}""");
        await File.WriteAllTextAsync(bad, """{"session_id":"h-2","completed":false,"error":"HTTP 429: too many requests, retry after 30s"}""");

        var done = await worker.RunAsync(FakeAgent.Grant("hermes", good));
        var limited = await worker.RunAsync(FakeAgent.Grant("hermes", bad, exit: 2));
        var lying = await worker.RunAsync(FakeAgent.Grant("silent"));

        Assert.Equal((Outcome.Succeeded, "The answer.", "h-1"), (done.Outcome, done.Summary, done.Session));
        Assert.Equal((10, 0.5m), (done.Usage!.Value.Deserialize<AgentUsage>(Json.Client)!.InputTokens, done.Usage!.Value.Deserialize<AgentUsage>(Json.Client)!.CostUsd));
        Assert.Contains("# The brief", agent.Arguments(done.RunId));
        // Its sessions outlive the run, for the next one of the task.
        Assert.EndsWith("/hermes", agent.Variable(done.RunId, "HERMES_HOME"), StringComparison.Ordinal);
        Assert.Equal(agent.Variable(done.RunId, "HERMES_HOME"), agent.Variable(limited.RunId, "HERMES_HOME"));
        Assert.True(Directory.Exists(agent.Variable(done.RunId, "HERMES_HOME")));
        Assert.Equal((Outcome.Failed, ErrorClass.Provider, 30.0), (limited.Outcome, limited.Class, limited.RetryAfterSeconds));
        Assert.Equal((Outcome.Failed, ErrorClass.Agent), (lying.Outcome, lying.Class));
    }

    private static List<AgentEvent> Events(WorkerHarness worker, Guid runId) =>
        [.. Encoding.UTF8.GetString(worker.Board.Log(runId, "events")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<AgentEvent>(l, Json.Client)!)];
}
