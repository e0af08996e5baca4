using System.Globalization;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Executors.Agents;

namespace Kanban.Bus.Tests.Worker.Agents;

/// <summary>What the recorded streams of the real agents mean: outcome, fault, reset time, usage, session.</summary>
public sealed class TranslatorTests
{
    [Theory]
    [InlineData("claude-code", "plain", 0, Outcome.Succeeded, null)]
    [InlineData("claude-code", "tool-use", 0, Outcome.Succeeded, null)]
    [InlineData("claude-code", "tool-failure", 0, Outcome.Succeeded, null)]
    [InlineData("claude-code", "denied", 0, Outcome.Succeeded, null)]
    [InlineData("claude-code", "limit-then-success", 0, Outcome.Succeeded, null)]
    [InlineData("claude-code", "limit", 1, Outcome.Failed, ErrorClass.Provider)]
    [InlineData("claude-code", "limit-with-reset", 1, Outcome.Failed, ErrorClass.Provider)]
    [InlineData("claude-code", "plan-limit", 1, Outcome.Failed, ErrorClass.Provider)]
    [InlineData("claude-code", "server-error", 1, Outcome.Failed, ErrorClass.Provider)]
    [InlineData("claude-code", "no-access", 1, Outcome.Failed, ErrorClass.Host)]
    [InlineData("claude-code", "refused", 1, Outcome.Failed, ErrorClass.Agent)]
    [InlineData("claude-code", "cancel-int", 0, Outcome.Failed, ErrorClass.Agent)]
    [InlineData("claude-code", "cancel-term", 143, Outcome.Failed, ErrorClass.Agent)]
    [InlineData("claude-code", "killed", 137, Outcome.Failed, ErrorClass.Host)]
    [InlineData("codex", "plain", 0, Outcome.Succeeded, null)]
    [InlineData("codex", "tool-use", 0, Outcome.Succeeded, null)]
    [InlineData("codex", "limit-then-success", 0, Outcome.Succeeded, null)]
    [InlineData("codex", "plain", 1, Outcome.Failed, ErrorClass.Agent)]
    [InlineData("codex", "limit", 1, Outcome.Failed, ErrorClass.Provider)]
    [InlineData("codex", "usage-limit", 1, Outcome.Failed, ErrorClass.Provider)]
    [InlineData("codex", "server-error", 1, Outcome.Failed, ErrorClass.Provider)]
    [InlineData("codex", "unreachable", 1, Outcome.Failed, ErrorClass.Provider)]
    [InlineData("codex", "cut-off", 1, Outcome.Failed, ErrorClass.Provider)]
    [InlineData("codex", "no-access", 1, Outcome.Failed, ErrorClass.Host)]
    [InlineData("codex", "refused", 1, Outcome.Failed, ErrorClass.Agent)]
    [InlineData("codex", "cancel-int", 1, Outcome.Failed, ErrorClass.Agent)]
    [InlineData("codex", "cancel-term", 143, Outcome.Failed, ErrorClass.Agent)]
    [InlineData("opencode", "plain", 0, Outcome.Succeeded, null)]
    [InlineData("opencode", "tool-use", 0, Outcome.Succeeded, null)]
    [InlineData("opencode", "tool-failure", 0, Outcome.Succeeded, null)]
    [InlineData("opencode", "limit-then-success", 0, Outcome.Succeeded, null)]
    [InlineData("opencode", "plain", 1, Outcome.Failed, ErrorClass.Agent)]
    [InlineData("opencode", "limit", 1, Outcome.Failed, ErrorClass.Provider)]
    [InlineData("opencode", "unreachable", 1, Outcome.Failed, ErrorClass.Provider)]
    [InlineData("opencode", "cut-off", 1, Outcome.Failed, ErrorClass.Agent)]
    [InlineData("opencode", "no-access", 1, Outcome.Failed, ErrorClass.Host)]
    [InlineData("opencode", "refused", 1, Outcome.Failed, ErrorClass.Agent)]
    [InlineData("opencode", "server-error", 1, Outcome.Failed, ErrorClass.Provider)]
    [InlineData("codex", "killed", 137, Outcome.Failed, ErrorClass.Host)]
    public void A_recorded_end_means(string agent, string stream, int exit, Outcome outcome, ErrorClass? fault)
    {
        var run = Recorded.Read(agent, stream, exit);

        Assert.Equal((outcome, fault), (run.End.Outcome, run.End.Class));
        Assert.Empty(run.State.Unknown);
        Assert.Equal(0, run.State.Unreadable);
        Assert.All(run.Kinds, kind => Assert.Contains(kind, AgentEvents.All));
        if (outcome == Outcome.Succeeded)
            Assert.Equal("The work is done: hello from the mock.", run.End.Summary);
        else
            Assert.NotEmpty(run.End.Reason!);
    }

    [Theory]
    [InlineData("claude-code")]
    [InlineData("codex")]
    [InlineData("opencode")]
    public void Its_session_is_known_from_the_first_line_on(string agent)
    {
        var lines = File.ReadAllLines(Recorded.PathOf(agent, "plain"));

        var first = Recorded.Play(agent, lines[..1], 0);

        Assert.NotNull(first.Session);
        Assert.Equal(first.Session, Assert.Single(first.Events, e => e.Event == AgentEvents.RunStarted).Session);
        Assert.Equal(first.Session, Recorded.Play(agent, lines, 0).Session);
    }

    [Theory]
    [InlineData("claude-code", "tool-use", 200, 24, 60, 40, 0, "0.0014920")]
    [InlineData("claude-code", "resume", 100, 12, 30, 20, 0, "0.0007460")]
    [InlineData("claude-code", "cancel-int", 100, 6, 30, 20, 0, "0.0006260")]
    [InlineData("codex", "plain", 120, 12, 30, 0, 4, null)]
    [InlineData("opencode", "tool-use", 240, 24, 60, 0, 8, "0.000288")]
    public void Tokens_are_counted_by_kind(string agent, string stream, long input, long output, long read, long written, long reasoning, string? cost)
    {
        var used = Recorded.Read(agent, stream, 0).State.Usage!;

        Assert.Equal((input, output, read, written, reasoning), (used.InputTokens, used.OutputTokens, used.CacheReadTokens, used.CacheWriteTokens, used.ReasoningTokens));
        Assert.Equal(cost is null ? (decimal?)null : decimal.Parse(cost, CultureInfo.InvariantCulture), used.CostUsd is { } told ? decimal.Round(told, 7) : null);
    }

    [Fact]
    public void Codex_counts_its_whole_thread_and_a_run_answers_for_its_own_part()
    {
        var first = Recorded.Read("codex", "plain", 0).State.Usage!;

        var second = Recorded.Read("codex", "resume", 0, new AgentState { Executor = "codex", Before = first }).State.Usage!;

        Assert.Equal(first, second);
    }

    [Fact]
    public void When_a_limit_resets_is_read_from_events_headers_and_sentences()
    {
        var plan = Recorded.Read("claude-code", "plan-limit", 1).End;
        var sentence = Recorded.Read("codex", "usage-limit", 1).End;
        var header = Recorded.Read("opencode", "limit", 1).End;

        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1795358104), plan.RetryAt);
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 14, 34, 0, TimeSpan.Zero), sentence.RetryAt);
        Assert.Equal(1, header.RetryAfterSeconds);
    }

    [Fact]
    public void Tools_files_retries_and_refusals_are_events_with_the_same_words_for_all()
    {
        string[] tool = [AgentEvents.ToolStarted, AgentEvents.ToolFinished];
        foreach (var agent in (string[])["claude-code", "codex", "opencode"])
        {
            var used = Recorded.Read(agent, "tool-use", 0);
            Assert.Equal(tool, used.Kinds.Where(tool.Contains));
            var (started, finished) = (used.Events.Single(e => e.Event == tool[0]), used.Events.Single(e => e.Event == tool[1]));
            Assert.Equal((started.Id, true), (finished.Id, finished.Ok));
            Assert.Contains("printf hello > made.txt", started.Text, StringComparison.Ordinal);
            Assert.Equal("hello", finished.Text!.Trim());
            Assert.Equal(2, used.State.Turns + (agent == "codex" ? 1 : 0));
        }

        Assert.False(Recorded.Read("codex", "tool-failure", 0).Events.Single(e => e.Event == AgentEvents.ToolFinished).Ok);
        var written = Recorded.Read("claude-code", "file-change", 0).Events.Single(e => e.Event == AgentEvents.FileChanged);
        Assert.Equal(("/home/agent/workspace/made.txt", "add"), (written.Path, written.Change));
        var retry = Recorded.Read("claude-code", "limit", 1).Events.First(e => e.Event == AgentEvents.Retry);
        Assert.Equal((1, 429), (retry.Attempt, retry.Status));
        Assert.True(retry.DelaySeconds > 0);
        Assert.Equal([1, 2, 3, 4, 5], Recorded.Read("codex", "no-access", 1).Events.Where(e => e.Event == AgentEvents.Retry).Select(e => e.Attempt!.Value));
        Assert.Contains("Bash: printf hello", Recorded.Read("claude-code", "denied", 0).Events.Single(e => e.Event == AgentEvents.ApprovalNeeded).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_refused_becomes_a_question_where_the_profile_asks()
    {
        var end = Recorded.Read("claude-code", "denied", 0, new AgentState { Executor = "claude-code", AsksWhenRefused = true }).End;

        Assert.Equal(Outcome.Blocked, end.Outcome);
        Assert.Contains("Bash: printf hello > made.txt", end.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claude-code")]
    [InlineData("codex")]
    [InlineData("opencode")]
    [InlineData("acp")]
    public void Lines_of_a_new_kind_are_counted_and_never_fatal(string agent)
    {
        string[] strange = ["""{"type":"telemetry.v9","n":1}""", "a notice", "[1,2]", """{"type":7}""", """{"no":"type"}""", """{"type":"system"}""", """{"type":"item.completed"}""", """{"method":"x/y"}""", "{\"type\":\"ass"];
        var lines = agent == "acp" ? [] : File.ReadAllLines(Recorded.PathOf(agent, "plain"));

        var run = Recorded.Play(agent, [.. strange, .. lines, .. strange.Take(4)], 0, new AgentState { Executor = agent, Acp = new AcpTalk() });

        Assert.Equal(5, run.State.Unreadable);
        Assert.NotEmpty(run.State.Unknown);
        if (agent != "acp")
            Assert.Equal(Outcome.Succeeded, run.End.Outcome);
    }

    [Fact]
    public void A_stream_that_makes_up_kinds_without_end_is_counted_in_bounded_room()
    {
        var run = Recorded.Play("codex", Enumerable.Range(0, 1000).Select(i => $$"""{"type":"kind-{{i}}-{{new string('x', 200)}}"}"""), 0);

        Assert.Equal(21, run.State.Unknown.Count);
        Assert.Equal(1000, run.State.Unknown.Values.Sum());
        Assert.All(run.State.Unknown.Keys, k => Assert.True(k.Length <= 60));
    }

    [Fact]
    public void Numbers_that_can_not_be_are_none()
    {
        var lines = File.ReadAllLines(Recorded.PathOf("opencode", "plain"));
        var dear = lines[^1].Replace("\"cost\":0.000144", "\"cost\":7e28", StringComparison.Ordinal);
        Assert.NotEqual(lines[^1], dear);

        var done = Recorded.Play("opencode", [.. lines, dear, dear], 0);
        var never = """{"type":"error","error":{"data":{"message":"no","statusCode":429,"responseHeaders":{"retry-after":"NINES"}}}}""".Replace("NINES", new string('9', 400), StringComparison.Ordinal);
        var late = Recorded.Play("opencode", [never], 1);

        Assert.Equal((Outcome.Succeeded, 0.000144m), (done.End.Outcome, done.State.Usage!.CostUsd));
        Assert.Equal((ErrorClass.Provider, null), (late.End.Class, late.End.RetryAfterSeconds));
    }
}
