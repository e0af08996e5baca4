using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Worker.Agents;

/// <summary>What a person's answer and remarks do for an agent that is not spoken with; for those that are: <see cref="AcpTests"/>.</summary>
public sealed class ClaudeSettingsTests
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
        // A star and an address can't be named to the letter.
        Assert.Equal(["Bash(printf hello > made.txt; cat made.txt)", "Edit(//etc/motd)"], AllowedBy(agent, next));
        worker.Board.Stop[next] = "enough";
        await worker.FinishAsync(next);
        var without = await worker.OfferAsync(FakeAgent.Grant("hang", stream));
        await Eventually.Async(() => agent.HasStarted(without));
        Assert.Empty(AllowedBy(agent, without));
        worker.Board.Stop[without] = "enough";
        await worker.FinishAsync(without);
    }

    [Fact]
    public async Task Claude_Code_asks_for_what_people_said_only_when_there_is_something_and_once()
    {
        using var agent = new FakeAgent();
        await using var worker = await WorkerHarness.StartAsync(o => agent.Configure(o, "claude-code"));
        var run = await worker.OfferAsync(FakeAgent.Grant("hang", Recorded.PathOf("claude-code", "plain")));
        await Eventually.Async(() => agent.HasStarted(run));
        var hooks = SettingsOf(agent, run).GetProperty("hooks");
        Assert.Equal(["PostToolUse", "Stop"], hooks.EnumerateObject().Select(h => h.Name));
        var (asked, inbox, away) = (Path.Combine(agent.Folder, "asked"), Path.Combine(agent.Folder, "inbox"), Path.Combine(agent.Folder, "away"));
        var program = Path.Combine(agent.Folder, "kanban");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\necho \"$@\" >>{asked}; [ ! -e {away} ]\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var command = Regex.Replace(hooks.GetProperty("Stop")[0].GetProperty("hooks")[0].GetProperty("command").GetString()!, "'[^']*'", program);

        Assert.Equal(0, await HookAsync());
        Assert.False(File.Exists(asked));
        await File.WriteAllTextAsync(inbox, "one\n");
        await File.WriteAllTextAsync(away, "");
        // The board did not answer: it is asked again, and the agent goes on.
        Assert.Equal((0, 0), (await HookAsync(), await HookAsync()));
        File.Delete(away);
        Assert.Equal((0, 0), (await HookAsync(), await HookAsync()));
        Assert.Equal(Enumerable.Repeat("inbox --hook claude-code", 3), await File.ReadAllLinesAsync(asked));
        File.SetLastWriteTimeUtc(inbox, File.GetLastWriteTimeUtc(inbox + ".seen").AddSeconds(1));
        await HookAsync();
        Assert.Equal(4, (await File.ReadAllLinesAsync(asked)).Length);
        worker.Board.Stop[run] = "enough";
        await worker.FinishAsync(run);

        async Task<int> HookAsync()
        {
            using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { Environment = { ["KANBAN_INBOX_FILE"] = inbox } })!;
            await shell.WaitForExitAsync();
            return shell.ExitCode;
        }
    }

    private static JsonElement SettingsOf(FakeAgent agent, Guid run)
    {
        var words = agent.Arguments(run);
        return JsonElement.Parse(File.ReadAllText(words[Array.IndexOf(words, "--settings") + 1]));
    }

    private static IEnumerable<string?> AllowedBy(FakeAgent agent, Guid run) =>
        SettingsOf(agent, run).GetProperty("permissions").GetProperty("allow").EnumerateArray().Select(rule => rule.GetString());
}
