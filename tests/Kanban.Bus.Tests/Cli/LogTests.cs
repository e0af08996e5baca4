using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Cli;

public sealed class LogTests
{
    private static readonly byte[] Odd = [0x00, 0xC3, 0x1B, 0xFF, (byte)'\r', (byte)'\n'];

    [Fact]
    public async Task Logs_pass_byte_by_byte_each_stream_to_its_own()
    {
        var run = Samples.Run(logBytes: 12);
        await using var board = await FakeBoard.StartAsync(
            ("GET /tasks/main-1/runs", FakeBoard.Answers(Samples.Page(run))),
            ($"GET /runs/{run.Id}/log/chunks", FakeBoard.Turns(
                FakeBoard.Answers(new Page<LogChunkView>([Samples.Chunk(1, "stdout", Odd), Samples.Chunk(2, "stderr", "oh\n"u8.ToArray())], "2")),
                FakeBoard.Answers(Samples.Page(Samples.Chunk(3, "stdout", "end"u8.ToArray()))))));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("task", "logs", "main-1");

        Assert.Equal(0, ended.Code);
        Assert.Equal([.. Odd, .. "end"u8], ended.OutBytes);
        Assert.Equal("oh\n"u8.ToArray(), ended.ErrorBytes);
    }

    [Fact]
    public async Task One_stream_is_printed_alone_from_any_byte_on_and_events_only_when_asked_for()
    {
        var run = Samples.Run(logBytes: 12);
        await using var board = await FakeBoard.StartAsync(
            ("GET /tasks/main-1/runs", FakeBoard.Answers(Samples.Page(run))),
            ($"GET /runs/{run.Id}/log/chunks", FakeBoard.Answers(Samples.Page(Samples.Chunk(1, "events", "{}\n"u8.ToArray()), Samples.Chunk(2, "stderr", "oh\n"u8.ToArray())))));
        using var kanban = new CommandLine(board);

        Assert.Equal("", (await kanban.RunAsync("task", "logs", "main-1")).Out);
        Assert.Equal("{}\noh\n", (await kanban.RunAsync("task", "logs", "main-1", "--stream", "events", "--from", "7")).Out);
        Assert.EndsWith("?after=0&stream=events&offset=7", board.Requests.Last().Path, StringComparison.Ordinal);
        Assert.Equal(2, (await kanban.RunAsync("task", "logs", "main-1", "--from", "7")).Code);
        Assert.Equal(2, (await kanban.RunAsync("task", "logs", "main-1", "--stream", "stdin")).Code);
    }

    [Fact]
    public async Task The_latest_run_that_began_is_shown_and_any_run_can_be_asked_for()
    {
        var (first, second, offered) = (Samples.Run(1), Samples.Run(2), Samples.Run(3, RunState.Offered) with { StartedAt = null });
        await using var board = await FakeBoard.StartAsync(
            ("GET /tasks/main-1/runs", FakeBoard.Answers(Samples.Page(second, offered, first))),
            ($"GET /runs/{first.Id}/log/chunks", FakeBoard.Answers(Samples.Page(Samples.Chunk(1, "stdout", "one\n"u8.ToArray())))),
            ($"GET /runs/{second.Id}/log/chunks", FakeBoard.Answers(Samples.Page(Samples.Chunk(1, "stdout", "two\n"u8.ToArray())))),
            ($"GET /runs/{offered.Id}/log/chunks", FakeBoard.Answers(Samples.Page<LogChunkView>())));
        using var kanban = new CommandLine(board);

        Assert.Equal("two\n", (await kanban.RunAsync("task", "logs", "main-1")).Out);
        Assert.Equal("one\n", (await kanban.RunAsync("task", "logs", "main-1", "--run", "1")).Out);
        Assert.Equal("one\ntwo\n", (await kanban.RunAsync("task", "logs", "main-1", "--all")).Out);
        Assert.Equal(3, (await kanban.RunAsync("task", "logs", "main-1", "--run", "9")).Code);
    }

    [Fact]
    public async Task Following_goes_on_after_a_broken_connection_and_loses_and_repeats_nothing()
    {
        var run = Samples.Run(state: RunState.Running);
        await using var board = await FakeBoard.StartAsync(
            ("GET /tasks/main-1/runs", FakeBoard.Answers(Samples.Page(run))),
            ("GET /tasks/main-1", FakeBoard.Answers(Samples.Detail(Samples.Task(status: Status.Done), run))),
            ($"GET /runs/{run.Id}/log/stream", FakeBoard.Turns(
                FakeBoard.Streams(false, Samples.Sse("log", Samples.Chunk(41, "stdout", "a"u8.ToArray())), Samples.Sse("log", Samples.Chunk(42, "stdout", "b"u8.ToArray()))),
                FakeBoard.Refuses(503, "database-away", "The database is away."),
                FakeBoard.Streams(true, Samples.Sse("ping", new { }), Samples.Sse("log", Samples.Chunk(43, "stdout", "c"u8.ToArray())), Samples.Sse("end", new { state = "succeeded" })))));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("task", "logs", "main-1", "-f");

        Assert.Equal((0, "abc"), (ended.Code, ended.Out));
        Assert.Equal(
            [$"/runs/{run.Id}/log/stream?after=0", $"/runs/{run.Id}/log/stream?after=42", $"/runs/{run.Id}/log/stream?after=42"],
            board.Requests.Select(request => request.Path).Where(path => path.Contains("/log/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Following_goes_on_with_the_retry_until_the_task_is_over()
    {
        var (first, second) = (Samples.Run(1, RunState.Failed), Samples.Run(2));
        await using var board = await FakeBoard.StartAsync(
            ("GET /tasks/main-1/runs", FakeBoard.Answers(Samples.Page(first))),
            ("GET /tasks/main-1", FakeBoard.Turns(
                FakeBoard.Answers(Samples.Detail(Samples.Task(status: Status.Scheduled), first)),
                FakeBoard.Answers(Samples.Detail(Samples.Task(status: Status.Running), first, second)),
                FakeBoard.Answers(Samples.Detail(Samples.Task(status: Status.Done), first, second)))),
            ("GET /events/stream", FakeBoard.Streams(stayOpen: true)),
            ($"GET /runs/{first.Id}/log/stream", FakeBoard.Streams(true, Samples.Sse("log", Samples.Chunk(1, "stdout", "no\n"u8.ToArray())), Samples.Sse("end", new { state = "failed" }))),
            ($"GET /runs/{second.Id}/log/stream", FakeBoard.Streams(true, Samples.Sse("log", Samples.Chunk(2, "stdout", "yes\n"u8.ToArray())), Samples.Sse("end", new { state = "succeeded" }))));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("task", "logs", "-f", "main-1");

        Assert.Equal((0, "no\nyes\n"), (ended.Code, ended.Out));
    }

    [Fact]
    public async Task Following_can_be_interrupted()
    {
        var run = Samples.Run(state: RunState.Running);
        await using var board = await FakeBoard.StartAsync(
            ("GET /tasks/main-1/runs", FakeBoard.Answers(Samples.Page(run))),
            ($"GET /runs/{run.Id}/log/stream", FakeBoard.Streams(true, Samples.Sse("log", Samples.Chunk(1, "stdout", "a"u8.ToArray())))));
        using var kanban = new CommandLine(board);
        using var stop = new CancellationTokenSource();
        var running = kanban.RunAsync(["task", "logs", "-f", "main-1"], stop.Token);
        while (!board.Requests.Any(request => request.Path.Contains("/log/stream", StringComparison.Ordinal)))
            await Task.Yield();

        await stop.CancelAsync();

        Assert.Equal(130, (await running).Code);
    }

    [Fact]
    public async Task Events_are_printed_from_the_store_and_then_as_they_come()
    {
        await using var board = await FakeBoard.StartAsync(
            ("GET /tasks/main-1", FakeBoard.Answers(Samples.Detail(Samples.Task()))),
            ("GET /events", FakeBoard.Answers(Samples.Page(Samples.Event("5", EventTypes.TaskCreated)))),
            ("GET /events/stream", FakeBoard.Turns(
                FakeBoard.Streams(false, Samples.Sse("ping", new { }), Samples.Sse("task.moved", Samples.Event("6", EventTypes.TaskMoved, new { to = "done" }), "6")),
                FakeBoard.Refuses(410, "gone", "The test ends here."))));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("task", "events", "main-1", "-f");

        Assert.Equal(
            "5\t2026-05-01T08:00:00.000Z\ttask.created\tmain-1\tkey:admin\t{}\n"
            + "6\t2026-05-01T08:00:00.000Z\ttask.moved\tmain-1\tkey:admin\t{\"to\":\"done\"}\n",
            ended.Out);
        Assert.Equal(
            ["/events/stream?task=main-1&after=5", "/events/stream?task=main-1&after=6"],
            board.Requests.Select(request => request.Path).Where(path => path.StartsWith("/events/stream", StringComparison.Ordinal)));
    }
}
