using System.Text.Json;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Cli;

public sealed class OutputTests
{
    [Fact]
    public async Task Off_a_terminal_a_list_is_tsv_without_a_header()
    {
        await using var board = await FakeBoard.StartAsync(("GET /tasks", FakeBoard.Answers(Samples.Page(Samples.Task(), Samples.Task("main-2", Status.Blocked, "no key")))));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("task", "list");

        Assert.Equal(
            "main-1\tready\tshell\t0\t\t2026-05-01T08:00:00.000Z\tSay hello\tIt is next.\t\n"
            + "main-2\tblocked\tshell\t0\t\t2026-05-01T08:00:00.000Z\tSay hello\tno key\t\n",
            ended.Out);
    }

    [Fact]
    public async Task Headers_adds_the_names_of_the_columns()
    {
        await using var board = await FakeBoard.StartAsync(("GET /tasks", FakeBoard.Answers(Samples.Page(Samples.Task()))));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("task", "list", "--headers");

        Assert.StartsWith("key\tstatus\tlane\tprio\thost\tage\ttitle\tnote\tdue\nmain-1\t", ended.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_a_list_is_a_table_with_colour_unless_NO_COLOR()
    {
        await using var board = await FakeBoard.StartAsync(("GET /tasks", FakeBoard.Answers(Samples.Page(Samples.Task(status: Status.Done)))));
        using var coloured = new CommandLine(board) { OnTerminal = true };
        using var plain = new CommandLine(board) { OnTerminal = true }.With("NO_COLOR", "1");

        var withColour = await coloured.RunAsync("task", "list");
        var without = await plain.RunAsync("task", "list");

        Assert.Contains("\x1b[", withColour.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\x1b", without.Out, StringComparison.Ordinal);
        Assert.Matches(@"^KEY +STATUS +LANE .*\nmain-1 +done +shell ", without.Out);
    }

    [Fact]
    public async Task Json_is_the_API_s_own_fields_in_an_array()
    {
        await using var board = await FakeBoard.StartAsync(("GET /tasks", FakeBoard.Answers(Samples.Page(Samples.Task()))));
        using var kanban = new CommandLine(board) { OnTerminal = true };

        var ended = await kanban.RunAsync("task", "list", "-o", "json");

        var items = JsonDocument.Parse(ended.Out).RootElement;
        Assert.Equal("main-1", items[0].GetProperty("key").GetString());
        Assert.Equal("ready", items[0].GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, items[0].GetProperty("host").ValueKind);
    }

    [Fact]
    public async Task Name_is_the_key_alone_and_KANBAN_OUTPUT_chooses_like_the_flag()
    {
        await using var board = await FakeBoard.StartAsync(
            ("GET /tasks", FakeBoard.Answers(Samples.Page(Samples.Task(), Samples.Task("main-2")))),
            ("POST /tasks", FakeBoard.Answers(Samples.Task(), 201)));
        using var kanban = new CommandLine(board).With("KANBAN_OUTPUT", "name");

        Assert.Equal("main-1\nmain-2\n", (await kanban.RunAsync("task", "list")).Out);
        Assert.Equal("main-1\n", (await kanban.RunAsync("task", "add", "hello", "-l", "shell")).Out);
        Assert.Equal(2, (await kanban.With("KANBAN_OUTPUT", "xml").RunAsync("task", "list")).Code);
    }

    [Fact]
    public async Task What_others_wrote_can_t_steer_the_terminal_or_break_a_line()
    {
        await using var board = await FakeBoard.StartAsync(("GET /tasks", FakeBoard.Answers(Samples.Page(Samples.Task(title: "a\tb\nc\x1b]0;evil\a[red]")))));
        using var kanban = new CommandLine(board) { OnTerminal = true }.With("NO_COLOR", "1");

        var table = await kanban.RunAsync("task", "list");
        var tsv = await kanban.RunAsync("task", "list", "-o", "tsv");

        Assert.DoesNotContain('\x1b', table.Out);
        Assert.Contains("a b c�]0;evil�[red]", table.Out, StringComparison.Ordinal);
        Assert.Equal(9, Assert.Single(tsv.Out.TrimEnd('\n').Split('\n')).Split('\t').Length);
    }

    [Fact]
    public async Task Pages_are_read_on_until_the_limit()
    {
        await using var board = await FakeBoard.StartAsync(("GET /tasks", FakeBoard.Turns(
            FakeBoard.Answers(new Page<TaskView>([Samples.Task(), Samples.Task("main-2")], "two")),
            FakeBoard.Answers(new Page<TaskView>([Samples.Task("main-3")], "three")))));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("task", "list", "--limit", "3", "-o", "name", "--status", "ready,blocked", "--lane", "shell", "-q", "a&b");

        Assert.Equal("main-1\nmain-2\nmain-3\n", ended.Out);
        Assert.Equal(
            ["/tasks?status=ready%2Cblocked&lane=shell&q=a%26b&limit=3", "/tasks?status=ready%2Cblocked&lane=shell&q=a%26b&after=two&limit=1"],
            board.Requests.Select(request => request.Path));
    }

    [Fact]
    public async Task Show_prints_fields_links_runs_and_comments()
    {
        var detail = Samples.Detail(Samples.Task(status: Status.Done, summary: "hi"), Samples.Run()) with
        {
            Parents = [new TaskLinkView("main-0", "First", Status.Done, null)],
            Comments = [new CommentView(1, "key:admin", Samples.At, "well done", null)],
        };
        await using var board = await FakeBoard.StartAsync(("GET /tasks/main-1", FakeBoard.Answers(detail)));
        using var kanban = new CommandLine(board);

        var tsv = await kanban.RunAsync("task", "show", "main-1");
        var json = await kanban.RunAsync("task", "show", "main-1", "-o", "json");

        Assert.Contains("status\tdone\n", tsv.Out, StringComparison.Ordinal);
        Assert.Contains("parent\tmain-0 done First\n", tsv.Out, StringComparison.Ordinal);
        Assert.Contains("run\t1 succeeded local on laptop exit 0\n", tsv.Out, StringComparison.Ordinal);
        Assert.Contains("comment\t2026-05-01T08:00:00.000Z key:admin: well done\n", tsv.Out, StringComparison.Ordinal);
        Assert.Equal("echo hello", JsonDocument.Parse(json.Out).RootElement.GetProperty("body").GetString());
    }

    [Fact]
    public async Task Why_says_the_board_s_reason()
    {
        await using var board = await FakeBoard.StartAsync(("GET /tasks/main-1/why", FakeBoard.Answers(
            new WhyView("main-1", Status.Ready, true, WaitCode.PoolCap, "2 of 2 units of pool vllm-a are drawn by web-31 (codex@gpu-1, 14 min)", 3, "pool vllm-a", [], 340))));
        using var eyes = new CommandLine(board) { OnTerminal = true };
        using var script = new CommandLine(board);

        Assert.Equal("main-1 is ready: 2 of 2 units of pool vllm-a are drawn by web-31 (codex@gpu-1, 14 min); place 3 of its lane; about 6 min\n", (await eyes.RunAsync("task", "why", "main-1")).Out);
        Assert.Contains("code\tpool-cap\n", (await script.RunAsync("task", "why", "main-1")).Out, StringComparison.Ordinal);
    }
}
