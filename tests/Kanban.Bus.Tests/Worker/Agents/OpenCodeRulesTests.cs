using System.Text.Json;
using System.Text.RegularExpressions;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Worker.Executors.Agents;
using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Tests.Worker.Agents;

/// <summary>What OpenCode may do, by the rules it is given: read here as its version 1.18.33 reads them, the last that matches decides.</summary>
public sealed class OpenCodeRulesTests
{
    [Theory]
    [InlineData(Permissions.Read, "read", "src/a.cs", "allow")]
    [InlineData(Permissions.Read, "read", "deploy/.env", "deny")]
    [InlineData(Permissions.Read, "grep", "x", "allow")]
    [InlineData(Permissions.Read, "edit", "src/a.cs", "deny")]
    [InlineData(Permissions.Read, "bash", "ls", "deny")]
    [InlineData(Permissions.Read, "webfetch", "https://x.example", "deny")]
    [InlineData(Permissions.Read, "external_directory", "/etc/*", "deny")]
    [InlineData(Permissions.Read, "other_tool", "*", "deny")]
    [InlineData(Permissions.Read, "kanban_complete", "*", "allow")]
    [InlineData(Permissions.Edit, "edit", "src/a.cs", "allow")]
    [InlineData(Permissions.Edit, "bash", "ls", "deny")]
    [InlineData(Permissions.Edit, "bash", "npm test -- x", "allow", "bash:npm test*")]
    [InlineData(Permissions.Edit, "bash", "npm install", "deny", "bash:npm test*")]
    [InlineData(Permissions.Edit, "webfetch", "https://x.example", "allow", "webfetch")]
    [InlineData(Permissions.Read, "edit", "docs/a.md", "allow", "edit:docs/*")]
    [InlineData(Permissions.Read, "edit", "src/a.cs", "deny", "edit:docs/*")]
    [InlineData(Permissions.Read, "external_directory", "/srv/data/*", "allow", "external_directory:/srv/data/*")]
    [InlineData(Permissions.Read, "external_directory", "/etc/*", "deny", "external_directory:/srv/data/*")]
    public void A_profile_allows_this_much(Permissions permissions, string action, string pattern, string expected, string? tool = null)
    {
        var profile = new ProfileOptions { Executor = "opencode", Permissions = permissions };
        if (tool is not null)
            profile.Tools.Add(tool);

        Assert.Equal(expected, Decided(OpenCodeRules.Variables(profile, "deny"), action, pattern));
        Assert.Equal(expected == "deny" ? "ask" : "allow", Decided(OpenCodeRules.Variables(profile, "ask"), action, pattern));
    }

    [Fact]
    public void Who_may_do_everything_gets_no_rules() =>
        Assert.Empty(OpenCodeRules.Variables(new ProfileOptions { Executor = "opencode", Permissions = Permissions.All }, "deny"));

    [Fact]
    public void A_repositorys_instructions_are_read_though_its_settings_are_not()
    {
        var folder = Directory.CreateTempSubdirectory("kanban-rules-").FullName;
        var profile = new ProfileOptions { Executor = "opencode" };
        Assert.Empty(OpenCodeRules.Instructions(profile, folder));
        File.WriteAllText(Path.Combine(folder, "CLAUDE.md"), "x");
        Assert.Equal([Path.Combine(folder, "CLAUDE.md")], OpenCodeRules.Instructions(profile, folder));
        File.WriteAllText(Path.Combine(folder, "AGENTS.md"), "x");
        Assert.Equal([Path.Combine(folder, "AGENTS.md")], OpenCodeRules.Instructions(profile, folder));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("opencode", "plugin", Permissions.Edit, false)]
    [InlineData("acp", "plugins", Permissions.Read, false)]
    [InlineData("opencode", "plugin", Permissions.All, true)]
    [InlineData("opencode", "command", Permissions.Edit, true)]
    public async Task A_repository_that_brings_plugins_is_worked_in_only_by_who_may_do_everything(string executor, string kind, Permissions permissions, bool starts)
    {
        using var agent = new FakeAgent();
        var data = Path.Combine(agent.Folder, "data", "web");
        Directory.CreateDirectory(data);
        await using var worker = await WorkerHarness.StartAsync(o => agent.Configure(o, executor, p =>
        {
            p.Permissions = permissions;
            p.Workspaces.Add("dir");
            p.WorkspaceRoot = agent.Folder;
        }));
        // Also further up in the repository, as OpenCode looks there too.
        Directory.CreateDirectory(Path.Combine(agent.Folder, "data", ".git"));
        var file = Path.Combine(agent.Folder, "data", ".opencode", kind, "a.js");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, "");

        var finish = await worker.RunAsync(FakeAgent.Grant("play", Recorded.PathOf("opencode", "plain")) with { Workspace = "dir:" + data });

        Assert.Equal(starts, agent.HasStarted(finish.RunId));
        if (!starts)
            Assert.Contains($"{Path.GetDirectoryName(file)} holds programs that OpenCode starts whatever the profile's permissions", finish.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("opencode", null, "deny")]
    [InlineData("opencode", Permissions.All, null)]
    [InlineData("acp", null, "ask")]
    [InlineData("acp", Permissions.All, null)]
    public async Task A_run_is_started_under_its_profiles_rules_and_without_its_repositorys_settings(string executor, Permissions? permissions, string? bash)
    {
        using var agent = new FakeAgent();
        await using var worker = await WorkerHarness.StartAsync(o => agent.Configure(o, executor, p => p.Permissions = permissions));

        var run = await worker.OfferAsync(FakeAgent.Grant("hang"));
        await Eventually.Async(() => File.Exists(Path.Combine(agent.Folder, $"{run}.stdin")));

        var rules = agent.Variable(run, "OPENCODE_PERMISSION");
        Assert.Equal(bash, rules is null ? null : Decided(new() { ["OPENCODE_PERMISSION"] = rules }, "bash", "ls"));
        Assert.Equal(bash is null ? null : "1", agent.Variable(run, "OPENCODE_DISABLE_PROJECT_CONFIG"));
        Assert.Equal(executor == "opencode" && bash is null, agent.Arguments(run).Contains("--auto"));
        worker.Board.Stop[run] = "enough";
        await worker.FinishAsync(run);
    }

    [Theory]
    [InlineData(true, Outcome.Blocked, "it was not allowed to do this, and asks: bash: echo hi >made.txt")]
    [InlineData(false, Outcome.Succeeded, null)]
    public async Task What_a_rule_denied_is_told_and_asked_where_the_profile_says_so(bool ask, Outcome outcome, string? reason)
    {
        using var agent = new FakeAgent();
        await using var worker = await WorkerHarness.StartAsync(o => agent.Configure(o, "opencode", p => p.AskWhenRefused = ask));

        var finish = await worker.RunAsync(FakeAgent.Grant("play", Recorded.PathOf("opencode", "denied")));

        Assert.Equal((outcome, reason), (finish.Outcome, finish.Reason));
        Assert.Equal(["bash: echo hi >made.txt"], Recorded.Read("opencode", "denied", 0).State.Refused.Select(r => r.Text));
        Assert.Contains(AgentEvents.ApprovalNeeded, Recorded.Read("opencode", "denied", 0).Kinds);
    }

    [Theory]
    [InlineData("bash", "echo hi >made.txt", "bash", "echo hi >made.txt", "allow")]
    [InlineData("bash", "echo hi >made.txt", "bash", "echo hi >made.txts", "deny")]
    [InlineData("bash", "echo hi >made.txt", "webfetch", "echo hi >made.txt", "deny")]
    [InlineData("bash", "rm *.o", "bash", "rm a.o", "deny")]
    [InlineData("bash", "rm ?", "bash", "rm a", "deny")]
    [InlineData("bash", @"rm a\b", "bash", @"rm a\b", "deny")]
    [InlineData("webfetch", "https://x.example/a", "webfetch", "https://x.example/a", "allow")]
    [InlineData("webfetch", "https://x.example/a", "webfetch", "https://x.example/b", "deny")]
    public void What_a_person_allowed_is_allowed_to_the_letter(string kind, string input, string action, string pattern, string expected)
    {
        var variables = OpenCodeRules.Variables(new ProfileOptions { Executor = "opencode" }, "deny", [new RefusedCall(kind, input, "")]);

        Assert.Equal(expected, Decided(variables, action, pattern));
    }

    [Fact]
    public async Task The_run_after_a_persons_answer_may_do_what_was_refused_and_one_without_it_may_not()
    {
        const string Command = "echo hi >made.txt";
        using var agent = new FakeAgent();
        await using var worker = await WorkerHarness.StartAsync(o => agent.Configure(o, "opencode", p => (p.AskWhenRefused, p.AllowWhenAnswered) = (true, true)));

        // Nobody has asked yet: a board that allows, allows nothing.
        Assert.Equal("deny", await OfNextAsync(allowed: true));
        var refused = await worker.RunAsync(FakeAgent.Grant("play", Recorded.PathOf("opencode", "denied")));

        Assert.Equal((Outcome.Blocked, true), (refused.Outcome, refused.Question));
        Assert.Equal("allow", await OfNextAsync(allowed: true));
        Assert.Equal("deny", await OfNextAsync(allowed: false));

        async Task<string> OfNextAsync(bool allowed)
        {
            var run = await worker.OfferAsync(FakeAgent.Grant("hang") with { Allowed = allowed });
            await Eventually.Async(() => agent.HasStarted(run));
            worker.Board.Stop[run] = "enough";
            await worker.FinishAsync(run);
            return Decided(new() { ["OPENCODE_PERMISSION"] = agent.Variable(run, "OPENCODE_PERMISSION")! }, "bash", Command);
        }
    }

    [Fact]
    public async Task What_is_refused_again_after_a_persons_yes_says_that_another_yes_is_no_use()
    {
        using var agent = new FakeAgent();
        await using var worker = await WorkerHarness.StartAsync(o => agent.Configure(o, "opencode", p => (p.AskWhenRefused, p.AllowWhenAnswered) = (true, true)));
        var grant = () => FakeAgent.Grant("play", Recorded.PathOf("opencode", "denied")) with { Allowed = true };

        var first = await worker.RunAsync(grant());
        var second = await worker.RunAsync(grant());

        Assert.Equal("it was not allowed to do this, and asks: bash: echo hi >made.txt", first.Reason);
        Assert.Equal(first.Reason + " (a person allowed it, and opencode can't be told so to the letter; the profile's tools may name it)", second.Reason);
    }

    /// <summary>It ends with 0 where it would have had to ask.</summary>
    [Fact]
    public async Task A_turn_that_was_given_up_for_a_question_is_no_success()
    {
        using var agent = new FakeAgent();
        await using var worker = await WorkerHarness.StartAsync(o => agent.Configure(o, "opencode"));

        var finish = await worker.RunAsync(FakeAgent.Grant("play", Recorded.PathOf("opencode", "gave-up")));

        Assert.Equal((Outcome.Failed, ErrorClass.Agent, "it gave up when it was refused this: bash: echo hi >made.txt"), (finish.Outcome, finish.Class, finish.Reason));
    }

    private static string Decided(Dictionary<string, string> variables, string action, string pattern)
    {
        var decided = "nothing";
        foreach (var rule in JsonElement.Parse(variables["OPENCODE_PERMISSION"]).EnumerateObject().Where(r => Matches(action, r.Name)))
        {
            if (rule.Value.ValueKind == JsonValueKind.String)
                decided = rule.Value.GetString()!;
            else
                decided = rule.Value.EnumerateObject().LastOrDefault(p => Matches(pattern, p.Name)) is { Value.ValueKind: JsonValueKind.String } last ? last.Value.GetString()! : decided;
        }
        return decided;
    }

    private static bool Matches(string text, string pattern) =>
        Regex.IsMatch(text, "^" + Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal).Replace(@"\?", ".", StringComparison.Ordinal) + "$");
}
