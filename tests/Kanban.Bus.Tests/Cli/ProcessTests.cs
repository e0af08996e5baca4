using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Cli;

public sealed class ProcessTests
{
    private static readonly Dictionary<string, string> Nothing = [];

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_ends_a_command_that_follows_with_its_own_code(string signal, int code)
    {
        await using var board = await Endless();
        using var kanban = new KanbanProcess(Nothing, "task", "logs", "-f", "main-1", "--url", board.Url);
        Assert.Equal("first", await kanban.Out.ReadLineAsync());

        kanban.Signal(signal);

        var ended = await kanban.EndAsync();
        Assert.Equal(code, ended.Code);
        Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_goes_away_ends_it_quietly()
    {
        await using var board = await Endless();
        using var kanban = new KanbanProcess(Nothing, "task", "logs", "-f", "main-1", "--url", board.Url);
        Assert.Equal("first", await kanban.Out.ReadLineAsync());

        kanban.Out.Close();

        Assert.Equal(141, await kanban.CodeAsync());
    }

    [Fact]
    public async Task Help_that_nobody_reads_ends_quietly_too()
    {
        using var kanban = new KanbanProcess(Nothing, "--help");

        kanban.Out.Close();

        Assert.Equal((141, ""), (await kanban.CodeAsync(), await kanban.Error.ReadToEndAsync()));
    }

    [Theory]
    [InlineData("--Storage:Provider=sqllite", "Storage:Provider")]
    [InlineData("--Storige:Provider=sqlite", "Storige:Provider")]
    [InlineData("--Lease:Duration=soon", "Lease:Duration")]
    [InlineData("--transport=pigeon", "Transport:Provider")]
    public async Task A_setting_that_can_t_be_used_stops_the_start_with_a_sentence_that_names_it(string flag, string named)
    {
        using var kanban = new KanbanProcess(Nothing, "board", "serve", "--listen", "http://127.0.0.1:0", flag);

        var ended = await kanban.EndAsync();

        Assert.Equal(2, ended.Code);
        Assert.StartsWith("kanban: ", ended.Error, StringComparison.Ordinal);
        Assert.Contains(named, ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_come_from_the_environment_too_and_a_flag_goes_before_it()
    {
        var environment = new Dictionary<string, string> { ["KANBAN__Lease__Duration"] = "from-environment", ["KANBAN__Storage__MaxConnections"] = "1" };

        using var both = new KanbanProcess(environment, "board", "serve", "--listen", "http://127.0.0.1:0", "--Storage:MaxConnections=2");
        var ended = await both.EndAsync();

        Assert.Equal(2, ended.Code);
        Assert.Contains("Lease:Duration is 'from-environment'", ended.Error, StringComparison.Ordinal);
        Assert.Contains("Storage:MaxConnections is '2'", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_s_settings_are_checked_before_it_starts()
    {
        using var kanban = new KanbanProcess(Nothing, "worker", "run", "--lane", "shell=1", "--id", "Not A Name", "--url", "http://127.0.0.1:1", "--token", "kbw_test");

        var ended = await kanban.EndAsync();

        Assert.Equal(2, ended.Code);
        Assert.Contains("Worker:Id 'Not A Name'", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_without_a_token_says_how_to_get_one()
    {
        using var kanban = new KanbanProcess(Nothing, "worker", "run", "--lane", "shell=1", "--url", "http://127.0.0.1:1");

        var ended = await kanban.EndAsync();

        Assert.Equal(2, ended.Code);
        Assert.Contains("kanban token create NAME --kind worker", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_worker_that_was_compiled_ahead_of_time_can_not_be_started_kanban_is_the_worker_and_says_so()
    {
        using var kanban = new KanbanProcess(
            new Dictionary<string, string> { ["KANBAN_TOKEN"] = "kbw_test", ["KANBAN_WORKER_PROGRAM"] = "/nowhere/kanban-worker" },
            "worker", "run", "--lane", "shell=1", "--id", "w1", "--url", "http://127.0.0.1:1");

        Assert.Equal("/nowhere/kanban-worker can't be started, so this program is the worker, with more memory: No such file or directory", await kanban.Error.ReadLineAsync());
        Assert.Contains("Worker w1@", await kanban.Out.ReadLineAsync(), StringComparison.Ordinal);
        kanban.Signal("TERM");
        Assert.Equal(0, (await kanban.EndAsync()).Code);
    }

    private static Task<FakeBoard> Endless()
    {
        var run = Samples.Run(state: RunState.Running);
        return FakeBoard.StartAsync(
            ("GET /tasks/main-1/runs", FakeBoard.Answers(Samples.Page(run))),
            ($"GET /runs/{run.Id}/log/stream", async context =>
            {
                context.Response.ContentType = "text/event-stream";
                await context.Response.WriteAsync(Samples.Sse("log", Samples.Chunk(1, "stdout", "first\n"u8.ToArray())) + "\n\n");
                for (var id = 2; !context.RequestAborted.IsCancellationRequested; id++)
                {
                    await context.Response.WriteAsync(Samples.Sse("log", Samples.Chunk(id, "stdout", "more\n"u8.ToArray())) + "\n\n");
                    await Task.Delay(20);
                }
            }
        ));
    }
}
