using System.Text;
using System.Text.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Worker.Executors.Agents;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Shim;

namespace Kanban.Bus.Tests.Worker.Agents;

/// <summary>Agents that are spoken with: recorded conversations of a real one, and a program that plays one.</summary>
public sealed class AcpTests
{
    private const string Script = """
        #!/bin/bash
        at=$FAKE_FOLDER/$KANBAN_RUN_ID
        . "$KANBAN_BODY_FILE"
        say() { printf '%s\n' "$1"; }
        hold() { echo $$ >"$at.pid"; while :; do sleep 0.05; done; }
        done_with() { say '{"jsonrpc":"2.0","id":3,"result":{"stopReason":"'"$1"'","usage":{"inputTokens":7,"outputTokens":2}}}'; }
        while IFS= read -r line; do
            printf '%s\n' "$line" >>"$at.heard"
            case $line in
            *'"initialize"'*) say '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":1,"agentCapabilities":{"loadSession":true}}}' ;;
            *'"session/load"'*gone*) say '{"jsonrpc":"2.0","id":2,"error":{"code":-32000,"message":"no such session"}}' ;;
            *'"session/new"'* | *'"session/load"'*) say '{"jsonrpc":"2.0","id":2,"result":{"sessionId":"acp-1"}}' ;;
            *'"session/prompt"'*)
                say '{"jsonrpc":"2.0","method":"session/update","params":{"update":{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"All "}}}}'
                case $FAKE_MODE in
                ask*) [ "$FAKE_MODE" = ask ] && what=x || what=y
                    say '{"jsonrpc":"2.0","id":"q","method":"session/request_permission","params":{"toolCall":{"toolCallId":"t","title":"run","kind":"execute","rawInput":{"command":"rm '$what'"}},"options":[{"optionId":"always","kind":"allow_always"},{"optionId":"yes","kind":"allow_once"},{"optionId":"no","kind":"reject_once"}]}}' ;;
                wait) turn=go$turn; while [ ! -e "$at.$turn" ]; do sleep 0.05; done; done_with end_turn ;;
                hang) ;;
                stubborn) trap '' INT TERM HUP; hold ;;
                stays) trap '' INT TERM HUP; done_with end_turn; hold ;;
                flood) exec yes '{"jsonrpc":"2.0","method":"session/update","params":{"update":{"sessionUpdate":"noise"}}}' ;;
                gone) exit "$FAKE_EXIT" ;;
                fork)
                    (trap '' INT TERM HUP; exec setsid sh -c 'echo $$ >"$0"; exec sleep 1000' "$at.pid") >/dev/null 2>&1 &
                    while [ ! -s "$at.pid" ]; do sleep 0.02; done
                    done_with end_turn ;;
                lie) done_with end_turn; exit "$FAKE_EXIT" ;;
                *)
                    say '{"jsonrpc":"2.0","method":"session/update","params":{"update":{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"done."}}}}'
                    done_with end_turn ;;
                esac ;;
            *'"optionId"'*) done_with end_turn ;;
            *'"session/cancel"'*) done_with cancelled ;;
            esac
        done
        """;

    private const string Prompt = "Say hello, then end.";

    [Theory]
    [InlineData("plain", Permissions.Edit)]
    [InlineData("permission-granted", Permissions.All)]
    [InlineData("permission-rejected", Permissions.Read)]
    [InlineData("resume", Permissions.Edit)]
    [InlineData("refused", Permissions.Edit)]
    [InlineData("limit", Permissions.Edit)]
    public void A_recorded_conversation_is_led_as_it_was(string name, Permissions permissions)
    {
        var lines = File.ReadAllLines(Recorded.PathOf("opencode-acp", name)).Select(l => JsonElement.Parse(l)).ToList();
        var resumed = name == "resume";
        var state = new AgentState
        {
            Executor = "acp",
            Session = resumed ? "ses_dfc872809ffesYIOvUnVay64dH" : null,
            Outbox = { AcpTranslator.Initialize },
            Acp = new AcpTalk { Folder = "/home/agent/workspace", Prompt = Prompt, Resumed = resumed ? Prompt : null, Permissions = permissions },
        };
        var executor = Kanban.Bus.Worker.Executors.ExecutorCatalog.Of("acp");
        var events = new List<AgentEvent>();
        foreach (var line in lines)
        {
            var message = line.GetProperty("message");
            if (line.GetProperty("from").GetString() == "agent")
            {
                events.AddRange(executor.Translator!.Translate(message, state));
                continue;
            }
            // What the client said then is what ours says now.
            Assert.True(JsonElement.DeepEquals(message, JsonElement.Parse(state.Outbox[0])), $"{message}\n{state.Outbox[0]}");
            state.Outbox.RemoveAt(0);
        }

        Assert.Empty(state.Outbox);
        Assert.True(state.Over);
        Assert.Empty(state.Unknown);
        var end = executor.Read(0, state, new Kanban.Bus.Worker.Spool.RunDirectory("/nowhere", Guid.Empty), Recorded.Now);
        Assert.Equal(name is "refused" or "limit" or "permission-rejected" ? Outcome.Failed : Outcome.Succeeded, end.Outcome);
        if (end.Outcome == Outcome.Succeeded)
            Assert.Equal("The work is done: hello from the mock.", end.Summary);
        Assert.Equal(name == "permission-rejected", events.Any(e => e.Event == AgentEvents.ApprovalNeeded));
        if (resumed)
            Assert.Single(events, e => e.Event == AgentEvents.Message);
    }

    [Fact]
    public async Task A_run_is_led_from_the_first_word_to_the_last_whatever_the_length_of_its_brief()
    {
        using var agent = new FakeAcp();
        await using var worker = await WorkerHarness.StartAsync(agent.Configure);
        var brief = "# Long\n" + new string('x', 300_000) + "\n";

        var finish = await worker.RunAsync(FakeAgent.Grant("play") with { Brief = brief });
        var resumed = await worker.RunAsync(FakeAgent.Grant("play", session: "acp-1"));
        var anew = await worker.RunAsync(FakeAgent.Grant("play", session: "gone"));

        Assert.Equal((Outcome.Succeeded, "All done.", "acp-1", null), (finish.Outcome, finish.Summary, finish.Session, finish.ExitCode));
        Assert.Equal((7, 2), (finish.Usage!.Value.GetProperty("inputTokens").GetInt32(), finish.Usage.Value.GetProperty("outputTokens").GetInt32()));
        Assert.Equal(brief, agent.Heard(finish.RunId)[2].GetProperty("params").GetProperty("prompt")[0].GetProperty("text").GetString());
        Assert.Equal(["initialize", "session/new", "session/prompt"], agent.Methods(finish.RunId));
        Assert.Equal(["initialize", "session/load", "session/prompt"], agent.Methods(resumed.RunId));
        Assert.Equal(["initialize", "session/load", "session/new", "session/prompt"], agent.Methods(anew.RunId));
        Assert.Equal("acp-1", anew.Session);
    }

    [Theory]
    [InlineData(Permissions.All, false, "yes", Outcome.Succeeded)]
    [InlineData(Permissions.Edit, false, "no", Outcome.Succeeded)]
    [InlineData(Permissions.Edit, true, "no", Outcome.Blocked)]
    public async Task What_the_agent_asks_for_is_answered_by_the_profile(Permissions permissions, bool ask, string option, Outcome outcome)
    {
        using var agent = new FakeAcp();
        await using var worker = await WorkerHarness.StartAsync(o =>
        {
            agent.Configure(o);
            (o.Profiles["agent"].Permissions, o.Profiles["agent"].AskWhenRefused) = (permissions, ask);
        });

        var finish = await worker.RunAsync(FakeAgent.Grant("ask"));

        Assert.Equal(outcome, finish.Outcome);
        Assert.Equal(option, agent.Chosen(finish.RunId));
        if (outcome == Outcome.Blocked)
            Assert.Equal("it was not allowed to do this, and asks: run: rm x", finish.Reason);
    }

    [Fact]
    public async Task What_a_person_allowed_after_a_question_and_nothing_else_the_next_run_may_do()
    {
        using var agent = new FakeAcp();
        await using var worker = await WorkerHarness.StartAsync(o =>
        {
            agent.Configure(o);
            (o.Profiles["agent"].AskWhenRefused, o.Profiles["agent"].AllowWhenAnswered) = (true, true);
        });

        // Nobody has asked yet: a board that allows, allows nothing.
        var forged = await worker.RunAsync(FakeAgent.Grant("ask") with { Allowed = true });
        var refused = await worker.RunAsync(FakeAgent.Grant("ask"));
        var allowed = await worker.RunAsync(FakeAgent.Grant("ask") with { Allowed = true });
        var another = await worker.RunAsync(FakeAgent.Grant("ask-more") with { Allowed = true });
        var elsewhere = await worker.RunAsync(FakeAgent.Grant("ask", task: 8) with { Allowed = true });

        Assert.Equal(["no", "no", "yes", "no", "no"], ((FinishItem[])[forged, refused, allowed, another, elsewhere]).Select(f => agent.Chosen(f.RunId)));
        Assert.Equal([Outcome.Blocked, Outcome.Blocked, Outcome.Succeeded, Outcome.Blocked, Outcome.Blocked], ((FinishItem[])[forged, refused, allowed, another, elsewhere]).Select(f => f.Outcome));
        Assert.True(refused.Question);
        // Both may be done now: what was allowed once stays so, while people say so.
        Assert.Equal("yes", agent.Chosen((await worker.RunAsync(FakeAgent.Grant("ask") with { Allowed = true })).RunId));
        Assert.Equal("yes", agent.Chosen((await worker.RunAsync(FakeAgent.Grant("ask-more") with { Allowed = true })).RunId));
        Assert.Equal("no", agent.Chosen((await worker.RunAsync(FakeAgent.Grant("ask"))).RunId));
    }

    [Fact]
    public async Task A_host_that_leaves_nothing_to_people_allows_nothing_after_an_answer()
    {
        using var agent = new FakeAcp();
        await using var worker = await WorkerHarness.StartAsync(o =>
        {
            agent.Configure(o);
            o.Profiles["agent"].AskWhenRefused = true;
        });
        await worker.RunAsync(FakeAgent.Grant("ask"));

        Assert.Equal("no", agent.Chosen((await worker.RunAsync(FakeAgent.Grant("ask") with { Allowed = true })).RunId));
    }

    [Fact]
    public async Task What_people_say_meanwhile_begins_the_agents_next_turn_once_and_counts_as_seen()
    {
        using var agent = new FakeAcp();
        await using var worker = await WorkerHarness.StartAsync(agent.Configure);
        var grant = FakeAgent.Grant("wait");
        await worker.OfferAsync(grant);
        await Eventually.Async(() => agent.Methods(grant.RunId).Contains("session/prompt"));
        var said = new CommentView(41, "key:ann", DateTimeOffset.UnixEpoch, "Use the other branch.\nPlease.", null);
        worker.Board.Messages = [new RunMessage(grant.RunId, said)];
        await Eventually.Async(() => worker.Life.Held.Find(grant.RunId)?.News is [{ Id: 41 }]);

        await File.WriteAllTextAsync(Path.Combine(agent.Folder, $"{grant.RunId}.go"), "");
        await Eventually.Async(() => worker.Board.Heartbeats.Any(b => b.Progress is [{ Heard: [41] }]));
        await File.WriteAllTextAsync(Path.Combine(agent.Folder, $"{grant.RunId}.gogo"), "");
        var finish = await worker.FinishAsync(grant.RunId);

        Assert.Equal(Outcome.Succeeded, finish.Outcome);
        Assert.Equal(["initialize", "session/new", "session/prompt", "session/prompt"], agent.Methods(grant.RunId));
        Assert.EndsWith("key:ann:\n> Use the other branch.\n> Please.\n", agent.Heard(grant.RunId)[3].GetProperty("params").GetProperty("prompt")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        // Two turns, each with its own use.
        Assert.Equal((14, 4), (finish.Usage!.Value.GetProperty("inputTokens").GetInt32(), finish.Usage.Value.GetProperty("outputTokens").GetInt32()));
    }

    [Fact]
    public async Task A_stop_is_said_before_it_is_signalled_and_a_restarted_worker_goes_on_talking()
    {
        using var agent = new FakeAcp();
        await using var worker = await WorkerHarness.StartAsync(agent.Configure);
        var stopped = await worker.OfferAsync(FakeAgent.Grant("hang", limits: new RunLimits(null, null, 30, OnDisconnect.Continue)));
        var waiting = await worker.OfferAsync(FakeAgent.Grant("wait", task: 8));
        await Eventually.Async(() => new[] { stopped, waiting }.All(run => agent.Methods(run).Contains("session/prompt")));

        await worker.AbandonWorkerAsync();
        await worker.StartWorkerAsync();
        worker.Board.Stop[stopped] = "enough";
        await File.WriteAllTextAsync(Path.Combine(agent.Folder, $"{waiting}.go"), "");

        Assert.Equal(Outcome.Stopped, (await worker.FinishAsync(stopped)).Outcome);
        Assert.Equal("session/cancel", agent.Methods(stopped)[^1]);
        Assert.Equal((Outcome.Succeeded, "All"), ((await worker.FinishAsync(waiting)).Outcome, (await worker.FinishAsync(waiting)).Summary!.Trim()));
        Assert.Equal(["initialize", "session/new", "session/prompt"], agent.Methods(waiting));
    }

    [Fact]
    public async Task An_agent_that_misbehaves_in_its_turn_is_ended_and_told_apart()
    {
        using var agent = new FakeAcp();
        var lines = new LogLines();
        await using var worker = await WorkerHarness.StartAsync(
            o =>
            {
                o.Lanes["shell"] = 10;
                o.LogLimitBytes = 1 << 20;
                agent.Configure(o);
            },
            loggers: lines);
        // Eight start at once: their first words must not come after it.
        var silence = new RunLimits(null, 8, 1, OnDisconnect.Continue);

        var hung = worker.RunAsync(FakeAgent.Grant("hang", limits: silence, task: 1));
        var stubborn = worker.RunAsync(FakeAgent.Grant("stubborn", limits: silence, task: 2));
        var flooding = worker.RunAsync(FakeAgent.Grant("flood", task: 3));
        var forking = worker.RunAsync(FakeAgent.Grant("fork", task: 4));
        var wordless = worker.RunAsync(FakeAgent.Grant("gone", exit: 0, task: 5));
        var broken = worker.RunAsync(FakeAgent.Grant("gone", exit: 1, task: 6));
        var lying = worker.RunAsync(FakeAgent.Grant("lie", exit: 1, task: 7));
        var staying = worker.RunAsync(FakeAgent.Grant("stays", task: 8));

        foreach (var silent in (FinishItem[])[await hung, await stubborn])
        {
            Assert.Equal((Outcome.TimedOut, "wrote nothing for 8 s", ErrorClass.Agent), (silent.Outcome, silent.Reason, silent.Class));
            // The next run can go on with it.
            Assert.Equal("acp-1", silent.Session);
        }
        Assert.Equal("session/cancel", agent.Methods((await hung).RunId)[^1]);
        Assert.Equal("session/prompt", agent.Methods((await stubborn).RunId)[^1]);
        var flood = await flooding;
        Assert.Equal((Outcome.Failed, "wrote more than 1,048,576 bytes of output", ErrorClass.Agent), (flood.Outcome, flood.Reason, flood.Class));
        Assert.InRange(worker.Board.Log(flood.RunId, "stdout").Length, (1 << 20) - 1024, 1 << 20);
        Assert.Contains(lines.All, l => l.Contains($"Run {flood.RunId}", StringComparison.Ordinal) && l.Contains("update/noise", StringComparison.Ordinal));
        foreach (var (run, reason) in new[] { (await wordless, "exit 0"), (await broken, "exit 1") })
            Assert.Equal((Outcome.Failed, $"acp ended without saying how ({reason})", ErrorClass.Agent), (run.Outcome, run.Reason, run.Class));
        // What it answered counts: it may end as it likes, or not at all.
        foreach (var done in (FinishItem[])[await forking, await lying, await staying])
            Assert.Equal((Outcome.Succeeded, null, null), (done.Outcome, done.Reason, done.ExitCode));
        foreach (var left in (FinishItem[])[await stubborn, await forking, await staying])
            Assert.True(ProcStat.Read(agent.Process(left.RunId)) is not { IsDead: false });
    }

    private sealed class FakeAcp : IDisposable
    {
        public string Folder { get; } = Directory.CreateTempSubdirectory("kanban-acp-").FullName;

        public void Configure(WorkerOptions worker)
        {
            var program = Path.Combine(Folder, "agent");
            File.WriteAllText(program, Script);
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var profile = new ProfileOptions { Executor = "acp", Command = { program, "acp" } };
            profile.Environment["FAKE_FOLDER"] = Folder;
            worker.Profiles["agent"] = profile;
        }

        public List<JsonElement> Heard(Guid run) => File.Exists(Path.Combine(Folder, $"{run}.heard"))
            ? [.. File.ReadAllText(Path.Combine(Folder, $"{run}.heard"), Encoding.UTF8).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonElement.Parse(l))]
            : [];

        /// <summary>The one that was to stay.</summary>
        public int Process(Guid run) => int.Parse(File.ReadAllText(Path.Combine(Folder, $"{run}.pid")), System.Globalization.CultureInfo.InvariantCulture);

        public List<string> Methods(Guid run) => [.. Heard(run).Select(m => m.GetProperty("method").GetString()!)];

        /// <summary>How it was answered what it asked for.</summary>
        public string Chosen(Guid run) => Heard(run)[3].GetProperty("result").GetProperty("outcome").GetProperty("optionId").GetString()!;

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}
