using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Cli;

public sealed class ExitCodeTests
{
    [Theory]
    [InlineData(400, 1)]
    [InlineData(413, 1)]
    [InlineData(500, 1)]
    [InlineData(404, 3)]
    [InlineData(401, 4)]
    [InlineData(403, 4)]
    [InlineData(409, 5)]
    [InlineData(412, 5)]
    [InlineData(422, 5)]
    [InlineData(503, 6)]
    public async Task A_refusal_becomes_its_exit_code_and_its_sentence(int status, int code)
    {
        await using var board = await FakeBoard.StartAsync(("GET /tasks/main-1", FakeBoard.Refuses(status, "some-code", "The sentence of the board.")));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("task", "show", "main-1");

        Assert.Equal(code, ended.Code);
        Assert.Empty(ended.Out);
        Assert.Contains("The sentence of the board.", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_field_that_was_refused_is_named()
    {
        await using var board = await FakeBoard.StartAsync(("POST /tasks", FakeBoard.Refuses(400, "invalid", "2 fields are refused.",
            ("/lane", "There is no lane 'shel'; the nearest is 'shell'."), ("/title", "It is too long."))));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("task", "add", "hello", "--lane", "shel");

        Assert.Equal(1, ended.Code);
        Assert.Contains("/lane: There is no lane 'shel'; the nearest is 'shell'.", ended.Error, StringComparison.Ordinal);
        Assert.Contains("/title: It is too long.", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_single_field_s_reason_is_said_once()
    {
        await using var board = await FakeBoard.StartAsync(("POST /tasks", FakeBoard.Refuses(400, "unknown-lane", "No lane 'shel'.", ("/lane", "No lane 'shel'."))));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("task", "add", "hello", "--lane", "shel");

        Assert.Equal("kanban: No lane 'shel'.\n", ended.Error);
    }

    [Fact]
    public async Task Nobody_there_is_6()
    {
        using var kanban = new CommandLine().With("KANBAN_URL", "http://127.0.0.1:1");

        var ended = await kanban.RunAsync("task", "list");

        Assert.Equal(6, ended.Code);
        Assert.Contains("http://127.0.0.1:1", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Something_else_on_the_port_is_named_and_not_a_stack_trace()
    {
        await using var board = await FakeBoard.StartAsync(("GET /tasks", async context => await context.Response.Body.WriteAsync("<html>"u8.ToArray())));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("task", "list");

        Assert.Equal(1, ended.Code);
        Assert.Contains("something else than a Kanban.Bus board", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Status.Done, 0)]
    [InlineData(Status.Failed, 10)]
    [InlineData(Status.Cancelled, 10)]
    public async Task Waiting_ends_with_0_for_done_and_10_for_any_other_end(Status status, int code)
    {
        await using var board = await FakeBoard.StartAsync(
            ("GET /tasks/main-1", FakeBoard.Turns(
                FakeBoard.Answers(Samples.Detail(Samples.Task(status: Status.Running))),
                FakeBoard.Answers(Samples.Detail(Samples.Task(status: status, summary: "all is said"))))),
            ("GET /events/stream", FakeBoard.Streams(stayOpen: true, Samples.Sse("run.ended", Samples.Event("8", EventTypes.RunEnded)))));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("task", "wait", "main-1", "--timeout", "60s");

        Assert.Equal(code, ended.Code);
        Assert.StartsWith($"main-1\t{status.ToString().ToLowerInvariant()}\t", ended.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_goes_on_while_a_task_is_blocked_and_ends_with_124_when_the_time_is_up()
    {
        await using var board = await FakeBoard.StartAsync(
            ("GET /tasks/main-1", FakeBoard.Answers(Samples.Detail(Samples.Task(status: Status.Blocked)))),
            ("GET /events/stream", FakeBoard.Streams(stayOpen: true)));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("task", "wait", "main-1", "--timeout", "0.3");

        Assert.Equal(124, ended.Code);
        Assert.Empty(ended.Out);
        Assert.Contains("main-1 has not ended", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Adding_and_waiting_prints_the_finished_task()
    {
        await using var board = await FakeBoard.StartAsync(
            ("POST /tasks", FakeBoard.Answers(Samples.Task(), 201)),
            ("GET /tasks/main-1", FakeBoard.Turns(
                FakeBoard.Answers(Samples.Detail(Samples.Task())),
                FakeBoard.Answers(Samples.Detail(Samples.Task(status: Status.Done, summary: "hi"))))),
            ("GET /events/stream", FakeBoard.Streams(stayOpen: true)));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("task", "add", "hello", "--lane", "shell", "--body", "echo hi", "--wait");

        Assert.Equal(0, ended.Code);
        Assert.StartsWith("main-1\tdone\tshell\t", ended.Out, StringComparison.Ordinal);
        Assert.EndsWith("\thi\t\n", ended.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_outlives_a_board_that_is_away_for_a_moment()
    {
        await using var board = await FakeBoard.StartAsync(
            ("GET /tasks/main-1", FakeBoard.Turns(
                FakeBoard.Answers(Samples.Detail(Samples.Task())),
                FakeBoard.Refuses(503, "database-away", "The database is away."),
                FakeBoard.Answers(Samples.Detail(Samples.Task(status: Status.Done))))),
            ("GET /events/stream", FakeBoard.Streams(stayOpen: false)));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("task", "wait", "main-1", "--timeout", "60s");

        Assert.Equal(0, ended.Code);
        Assert.Contains("The database is away. Trying again.", ended.Error, StringComparison.Ordinal);
    }
}
