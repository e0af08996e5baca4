using System.Text;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Tests.Worker.Agents;

/// <summary>What a board that was taken over, or an agent that writes nonsense, can't do to a worker.</summary>
public sealed class HostileRunTests : IDisposable
{
    private readonly FakeAgent _agent = new();

    public static TheoryData<string> Agents => ["claude-code", "codex", "opencode"];

    [Theory]
    [InlineData("../../etc", null, "'../../etc' is no key of a task")]
    [InlineData("/etc/main-1", null, "'/etc/main-1' is no key of a task")]
    [InlineData("main-7", "--config=x", "'--config=x' is no name of a session")]
    [InlineData("main-7", "a\nb", "is no name of a session")]
    public async Task What_no_board_would_send_starts_nothing(string key, string? session, string reason)
    {
        await using var worker = await WorkerHarness.StartAsync(o => _agent.Configure(o, "codex"));
        var grant = FakeAgent.Grant("play", Recorded.PathOf("codex", "plain"), session: session);

        var finish = await worker.RunAsync(grant with { TaskKey = key });

        Assert.Equal((Outcome.Failed, ErrorClass.Host), (finish.Outcome, finish.Class));
        Assert.Contains(reason, finish.Reason, StringComparison.Ordinal);
        Assert.False(_agent.HasStarted(finish.RunId));
    }

    [Fact]
    public async Task A_host_that_names_its_profiles_runs_no_script_of_the_board()
    {
        await using var worker = await WorkerHarness.StartAsync(o => _agent.Configure(o, "codex"));

        var finish = await worker.RunAsync(WorkerHarness.Grant("touch " + Path.Combine(_agent.Folder, "ran")) with { Profile = "shell" });

        Assert.Equal(Outcome.Failed, finish.Outcome);
        Assert.Contains("this host defines no profile 'shell'; it has agent", finish.Reason, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_agent.Folder, "ran")));
        var open = new WorkerOptions();
        open.FillDefaults();
        Assert.Equal(["shell"], open.Profiles.Keys);
    }

    [Fact]
    public async Task A_secret_across_the_end_of_what_is_shown_of_a_message_leaves_no_half_of_it()
    {
        await using var worker = await WorkerHarness.StartAsync(o => _agent.Configure(o, "codex", p => p.Secrets["ONE"] = new SecretOptions { Command = { "printf", "planted-%s", "secret-word" } }));
        var stream = Path.Combine(_agent.Folder, "stream");
        var text = new string('x', 3_985) + "planted-secret-word" + new string('y', 100);
        await File.WriteAllTextAsync(stream, File.ReadAllText(Recorded.PathOf("codex", "plain")).Replace("The work is done: hello from the mock.", text, StringComparison.Ordinal));

        var finish = await worker.RunAsync(FakeAgent.Grant("play", stream));

        var events = Encoding.UTF8.GetString(worker.Board.Log(finish.RunId, "events"));
        Assert.Contains("xxx**", events, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", events + finish.Summary, StringComparison.Ordinal);
        Assert.StartsWith(text[..3_985] + "***", finish.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task Half_an_emoji_or_no_UTF_8_in_what_an_agent_says_ends_no_run(string executor)
    {
        await using var worker = await WorkerHarness.StartAsync(o => _agent.Configure(o, executor));
        var stream = Path.Combine(_agent.Folder, "stream");
        var said = File.ReadAllText(Recorded.PathOf(executor, "plain")).Replace("The work is done", @"The work \ud83d is \ude00 done", StringComparison.Ordinal);
        await File.WriteAllBytesAsync(stream, [.. "{\"type\":\"assistant\",\"\\ud83d\":1}\n"u8, .. "{\"type\":\""u8, 0xC3, 0xFF, .. "\"}\n"u8, .. Encoding.UTF8.GetBytes(said)]);

        var finish = await worker.RunAsync(FakeAgent.Grant("play", stream));

        Assert.Equal((Outcome.Succeeded, "The work \ufffd is \ufffd done: hello from the mock."), (finish.Outcome, finish.Summary));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("folder")]
    public async Task What_an_agent_leaves_where_its_usage_is_kept_holds_no_slot(string left)
    {
        var home = Directory.CreateDirectory(Path.Combine(_agent.Folder, "codex"));
        var file = Path.Combine(home.FullName, "kanban-usage.json");
        if (left == "folder")
            Directory.CreateDirectory(file);
        else
            await File.WriteAllTextAsync(file, left);
        await using var worker = await WorkerHarness.StartAsync(o => _agent.Configure(o, "codex", p => p.Environment["CODEX_HOME"] = home.FullName));

        var finish = await worker.RunAsync(FakeAgent.Grant("play", Recorded.PathOf("codex", "plain"), session: "s-1"));

        Assert.Equal(Outcome.Succeeded, finish.Outcome);
    }

    [Fact]
    public async Task Where_a_run_put_a_pipe_nothing_is_written()
    {
        var pipe = Path.Combine(_agent.Folder, "pipe");
        using (var made = System.Diagnostics.Process.Start("mkfifo", [pipe]))
            await made.WaitForExitAsync();
        await using var reader = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite);

        Assert.Throws<IOException>(() => PlainFile.OpenWrite(pipe));
    }

    public void Dispose() => _agent.Dispose();
}
