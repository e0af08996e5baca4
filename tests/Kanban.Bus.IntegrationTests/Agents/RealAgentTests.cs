using System.Diagnostics;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Xunit.Abstractions;

namespace Kanban.Bus.IntegrationTests.Agents;

/// <summary>The real agents, installed from npm by <c>make test-agents</c>, on one task each through a real board and worker, against a mock of their providers. <c>make test</c> leaves them out.</summary>
[Trait("needs", "agents")]
public sealed class RealAgentTests(ITestOutputHelper output)
{
    [AgentFact]
    public async Task Claude_Code()
    {
        await WorksAsync(RealAgent.ClaudeCode);
        await HearsAsync(RealAgent.ClaudeCode);
        await AsksAsync(RealAgent.ClaudeCode.Asking(), folder => $"git init -q {folder}; cat {folder}/.git/HEAD", "ref: refs/heads/");
    }

    [AgentFact]
    public Task Codex() => WorksAsync(RealAgent.Codex);

    [AgentFact]
    public async Task OpenCode()
    {
        await WorksAsync(RealAgent.OpenCode);
        await AsksAsync(RealAgent.OpenCode.Asking(), folder => $"git init {folder} 2>&1", "Initialized empty Git repository");
    }

    private async Task WorksAsync(RealAgent agent)
    {
        await using var board = await AgentBoard.StartAsync(agent);
        output.WriteLine($"{agent.Executor}: {string.Join(' ', (await board.Api.WorkersAsync()).Single().Capabilities)}");
        await TaskAsync(board);
        await ResumeAsync(board);
        await CancelAsync(board);
        await LimitAsync(board);
    }

    /// <summary>A command is run in the workspace, and what the agent said last is the summary.</summary>
    private async Task TaskAsync(AgentBoard board)
    {
        board.Models.Play(new ModelStep.Command("echo made-$((6*7)) >made.txt; cat made.txt"), new ModelStep.Text("The file is made."));
        var run = await Shown("task", board, await board.AddAsync("Make a file"));

        Assert.Equal((RunState.Succeeded, "The file is made."), (run.State, run.Summary));
        Assert.Contains("made-42", board.Models.Requests.Last().GetRawText(), StringComparison.Ordinal);
        Assert.NotNull(await board.SessionAsync(run));
        Assert.True(run.Usage!.Value.GetProperty("outputTokens").GetInt64() >= 24, run.Usage.Value.GetRawText());
    }

    /// <summary>A run that the provider refuses fails; the retry goes on in its session.</summary>
    private async Task ResumeAsync(AgentBoard board)
    {
        board.Models.Play(new ModelStep.Command("echo first"), new ModelStep.Status(400));
        var key = await board.AddAsync("Go on");
        var first = await Shown("refused", board, key);
        board.Models.Play(new ModelStep.Text("Went on."));
        await board.Api.PostAsync($"tasks/{key}/retry");
        var second = await Shown("resumed", board, key, 2);

        Assert.Equal(RunState.Failed, first.State);
        Assert.Equal((RunState.Succeeded, "Went on."), (second.State, second.Summary));
        Assert.Equal(await board.SessionAsync(first), await board.SessionAsync(second));
        // What the first run was told and did is before the model again.
        Assert.Contains("echo first", board.Models.Requests.Last().GetRawText(), StringComparison.Ordinal);
    }

    private async Task CancelAsync(AgentBoard board)
    {
        var before = board.Models.Requests.Count;
        board.Models.Play(new ModelStep.Text(string.Join(' ', Enumerable.Repeat("word", 600)), TimeSpan.FromSeconds(0.5)));
        var key = await board.AddAsync("Talk for five minutes");
        await Eventually.Async(() => board.Models.Requests.Count > before, within: TimeSpan.FromMinutes(2));
        var watch = Stopwatch.StartNew();
        await board.Api.PostAsync($"tasks/{key}/cancel", new WithReason("enough"));
        var run = await Shown("cancelled", board, key);

        output.WriteLine($"  dead {watch.Elapsed.TotalSeconds:0.0} s after the cancel");
        Assert.Equal(RunState.Cancelled, run.State);
    }

    private async Task LimitAsync(AgentBoard board)
    {
        board.Models.Play(new ModelStep.Limit(1), new ModelStep.Text("Waited, then went on."));
        var waited = await Shown("429, then an answer", board, await board.AddAsync("Wait a little"));
        Assert.Equal((RunState.Succeeded, "Waited, then went on."), (waited.State, waited.Summary));

        board.Models.Play(new ModelStep.Limit(1));
        var limited = await Shown("429 for ever", board, await board.AddAsync("Give up"));
        Assert.Equal((RunState.Failed, ErrorClass.Provider), (limited.State, limited.Class));
    }

    /// <summary>What people say reaches it after its tool call, and once more before it ends.</summary>
    private async Task HearsAsync(RealAgent agent)
    {
        await using var board = await AgentBoard.StartAsync(agent);
        board.Models.Play(
            new ModelStep.Command("while [ ! -s \"$KANBAN_INBOX_FILE\" ]; do sleep 0.1; done; echo went"),
            new ModelStep.Text("Nearly done, and slow to say so, and slower still.", TimeSpan.FromSeconds(0.5)), new ModelStep.Text("Heard both."));
        var key = await board.AddAsync("Listen");
        await Eventually.Async(() => board.Models.Requests.Count == 1, within: TimeSpan.FromMinutes(2));
        await board.Api.PostAsync($"tasks/{key}/comments", new AddComment("use the other branch"));
        await Eventually.Async(() => board.Models.Requests.Count == 2, within: TimeSpan.FromMinutes(1));
        await board.Api.PostAsync($"tasks/{key}/comments", new AddComment("and mind the gap"));
        var run = await Shown("heard", board, key);

        Assert.Equal((RunState.Succeeded, "Heard both."), (run.State, run.Summary));
        var requests = board.Models.Requests.Select(r => r.GetRawText()).ToList();
        Assert.Equal(3, requests.Count);
        Assert.Contains("use the other branch", requests[1], StringComparison.Ordinal);
        Assert.Contains("and mind the gap", requests[2], StringComparison.Ordinal);
        Assert.All((await board.Api.GetAsync<TaskDetail>($"tasks/{key}")).Comments, c => Assert.NotNull(c.SeenAt));
    }

    /// <summary>What it was refused becomes a question; the person's answer lets the same session do just that.</summary>
    /// <param name="command">One that makes the folder.</param>
    /// <param name="answer">What it writes then.</param>
    private async Task AsksAsync(RealAgent agent, Func<string, string> command, string answer)
    {
        await using var board = await AgentBoard.StartAsync(agent);
        board.Models.Play(new ModelStep.Command(command("made")), new ModelStep.Text("I may not."));
        var key = await board.AddAsync("Make a file");
        var asked = await Shown("asked", board, key);
        Assert.Contains(command("made"), (await board.Api.GetAsync<TaskDetail>($"tasks/{key}")).Task.Question, StringComparison.Ordinal);

        board.Models.Play(new ModelStep.Command(command("made")), new ModelStep.Command(command("other")), new ModelStep.Text("One of the two."));
        await board.Api.PostAsync($"tasks/{key}/answer", new AnswerTask("Do it.", Allow: true));
        var again = await Shown("allowed", board, key, 2);

        Assert.Equal(await board.SessionAsync(asked), await board.SessionAsync(again));
        Assert.Contains(answer, board.Models.Requests.Last().GetRawText(), StringComparison.Ordinal);
        var question = (await board.Api.GetAsync<TaskDetail>($"tasks/{key}")).Task.Question!;
        Assert.Contains(command("other"), question, StringComparison.Ordinal);
        Assert.DoesNotContain(command("made"), question, StringComparison.Ordinal);
    }

    private async Task<RunView> Shown(string what, AgentBoard board, string key, int number = 1)
    {
        var run = await board.EndedAsync(key, number);
        output.WriteLine($"  {what}: {run.State} in {(run.EndedAt - run.StartedAt)?.TotalSeconds:0.0} s, session {await board.SessionAsync(run)}, exit {run.ExitCode}, {run.Class} {run.Reason}");
        output.WriteLine($"    said {run.Summary}; used {run.Usage?.GetRawText()}");
        output.WriteLine($"    events {await board.EventsAsync(run.Id)}");
        return run;
    }
}

/// <summary>Skipped where no agents are installed for it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AgentFactAttribute : FactAttribute
{
    public AgentFactAttribute() => Skip = RealAgent.Installed is null ? "make test-agents installs the agents and runs this" : null;
}
