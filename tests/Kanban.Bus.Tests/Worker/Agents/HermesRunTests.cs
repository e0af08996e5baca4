using System.Text.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Worker.Shim;

namespace Kanban.Bus.Tests.Worker.Agents;

/// <summary>Executor <c>hermes</c> and a program in its place that does wrong: it tells of its end by a file, and by its exit status.</summary>
public sealed class HermesRunTests : IDisposable
{
    private readonly FakeAgent _agent = new();

    [Fact]
    public async Task An_agent_that_misbehaves_is_ended_and_told_apart()
    {
        await using var worker = await WorkerHarness.StartAsync(o =>
        {
            o.Lanes["shell"] = 10;
            o.LogLimitBytes = 1 << 20;
            _agent.Configure(o, "hermes");
        });
        var completed = Books("""{"session_id":"h-1","completed":true,"output_tokens":4}""");
        var silence = new RunLimits(null, 6, 1, OnDisconnect.Continue);

        var hung = worker.RunAsync(FakeAgent.Grant("hang", limits: silence, task: 1));
        var stubborn = worker.RunAsync(FakeAgent.Grant("stubborn", limits: silence, task: 2));
        var flooding = worker.RunAsync(FakeAgent.Grant("flood", task: 3));
        var forking = worker.RunAsync(FakeAgent.Grant("hermes-fork", completed, task: 4));
        var wordless = worker.RunAsync(FakeAgent.Grant("silent", exit: 0, task: 5));
        var halfway = worker.RunAsync(FakeAgent.Grant("hermes", Books("""{"session_id":"h-2","completed":false,"failure_reason":"out of turns"}"""), task: 6));
        var lying = worker.RunAsync(FakeAgent.Grant("hermes", completed, exit: 1, task: 7));

        foreach (var silent in (FinishItem[])[await hung, await stubborn])
            Assert.Equal((Outcome.TimedOut, "wrote nothing for 6 s", ErrorClass.Agent), (silent.Outcome, silent.Reason, silent.Class));
        Assert.Equal((Outcome.Failed, "wrote more than 1,048,576 bytes of output", ErrorClass.Agent), ((await flooding).Outcome, (await flooding).Reason, (await flooding).Class));
        Assert.InRange(worker.Board.Log((await flooding).RunId, "stdout").Length, (1 << 20) - 1024, 1 << 20);
        Assert.Equal((Outcome.Succeeded, "The answer.", "h-1"), ((await forking).Outcome, (await forking).Summary, (await forking).Session));
        Assert.True(ProcStat.Read(_agent.Forked((await forking).RunId)) is not { IsDead: false });
        Assert.Equal((Outcome.Failed, ErrorClass.Agent), ((await wordless).Outcome, (await wordless).Class));
        Assert.StartsWith("hermes ended with 0, and wrote nothing of what it used", (await wordless).Reason, StringComparison.Ordinal);
        // It is asked what it says of itself, and its exit status: one that says no is enough.
        Assert.Equal((Outcome.Failed, "hermes: out of turns", ErrorClass.Agent, "h-2"), ((await halfway).Outcome, (await halfway).Reason, (await halfway).Class, (await halfway).Session));
        Assert.Equal((Outcome.Failed, "hermes had no answer (exit 1)", ErrorClass.Agent, "h-1"), ((await lying).Outcome, (await lying).Reason, (await lying).Class, (await lying).Session));
    }

    [Fact]
    public async Task What_it_used_is_known_of_a_run_that_was_stopped()
    {
        await using var worker = await WorkerHarness.StartAsync(o => _agent.Configure(o, "hermes"));
        var books = Books("""{"session_id":"h-1","completed":false,"output_tokens":6}""");
        var runId = await worker.OfferAsync(FakeAgent.Grant("hermes-polite", books, limits: new RunLimits(null, null, 30, OnDisconnect.Continue)));
        await Eventually.Async(() => worker.Out(runId) == "up\n");

        worker.Board.Stop[runId] = "enough";
        var finish = await worker.FinishAsync(runId);

        Assert.Equal((Outcome.Stopped, "enough", "h-1"), (finish.Outcome, finish.Reason, finish.Session));
        Assert.Equal(6, finish.Usage!.Value.Deserialize<AgentUsage>(Json.Client)!.OutputTokens);
    }

    [Theory]
    [InlineData("hermes", "{\"session_id\":\"h-1\",\"comp")]
    [InlineData("hermes", "[]")]
    [InlineData("hermes", "{\"\\ud83d\":1,\"session_id\":\"h-1\",\"completed\":true}")]
    [InlineData("hermes", "{\"estimated_cost_usd\":1e400,\"input_tokens\":1e400}")]
    [InlineData("hermes-huge", "")]
    public async Task Books_that_can_not_be_read_fail_the_run_and_hold_no_slot(string mode, string books)
    {
        await using var worker = await WorkerHarness.StartAsync(o => _agent.Configure(o, "hermes"));

        var finish = await worker.RunAsync(FakeAgent.Grant(mode, Books(books)));

        Assert.Equal((Outcome.Failed, 0, ErrorClass.Agent), (finish.Outcome, finish.ExitCode, finish.Class));
    }

    public void Dispose() => _agent.Dispose();

    private string Books(string json)
    {
        var file = Path.Combine(_agent.Folder, $"{Guid.CreateVersion7()}.json");
        File.WriteAllText(file, json);
        return file;
    }
}
