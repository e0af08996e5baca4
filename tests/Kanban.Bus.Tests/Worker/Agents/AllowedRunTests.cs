using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Worker.Agents;

/// <summary>What a person's answer allows an agent that takes rules at its start. Agents that are spoken with: <see cref="AcpTests"/>.</summary>
public sealed class AllowedRunTests
{
    [Fact]
    public async Task Claude_Code_gets_rules_for_just_what_was_refused_and_a_person_allowed()
    {
        using var agent = new FakeAgent();
        await using var worker = await WorkerHarness.StartAsync(o => agent.Configure(o, "claude-code", p => (p.AskWhenRefused, p.AllowWhenAnswered) = (true, true)));
        var stream = Path.Combine(agent.Folder, "stream");
        var denied = await File.ReadAllTextAsync(Recorded.PathOf("claude-code", "denied"));
        await File.WriteAllTextAsync(stream, denied.Replace("\"permission_denials\":[", """
            "permission_denials":[{"tool_name":"Write","tool_use_id":"t2","tool_input":{"file_path":"/etc/motd","content":"x"}},{"tool_name":"Bash","tool_use_id":"t3","tool_input":{"command":"rm *.o"}},{"tool_name":"WebFetch","tool_use_id":"t4","tool_input":{"url":"http://x"}},
            """.ReplaceLineEndings(""), StringComparison.Ordinal));

        var refused = await worker.RunAsync(FakeAgent.Grant("play", stream));
        var next = await worker.OfferAsync(FakeAgent.Grant("hang", stream) with { Allowed = true });
        await Eventually.Async(() => agent.HasStarted(next));

        Assert.Equal((Outcome.Blocked, true), (refused.Outcome, refused.Question));
        Assert.Contains("Bash: printf hello > made.txt; cat made.txt", refused.Reason, StringComparison.Ordinal);
        var words = agent.Arguments(next);
        var settings = words[Array.IndexOf(words, "--settings") + 1];
        // A star and an address can't be named to the letter.
        Assert.Equal("""{"permissions":{"allow":["Edit(//etc/motd)","Bash(printf hello > made.txt; cat made.txt)"]}}""", System.Text.RegularExpressions.Regex.Unescape(await File.ReadAllTextAsync(settings)));
        worker.Board.Stop[next] = "enough";
        await worker.FinishAsync(next);
        var without = await worker.RunAsync(FakeAgent.Grant("play", Recorded.PathOf("claude-code", "plain")));
        Assert.DoesNotContain("--settings", agent.Arguments(without.RunId));
    }
}
