using System.Text.Json;
using System.Text.Json.Nodes;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Cli;

public sealed class RequestTests
{
    [Fact]
    public async Task Add_sends_every_option_and_the_body_from_standard_input()
    {
        await using var board = await FakeBoard.StartAsync(("POST /tasks", FakeBoard.Answers(Samples.Task(), 201)));
        using var kanban = new CommandLine(board) { Input = "echo hi\nüñ\n" }.With("KANBAN_TOKEN", "kbk_test");

        var ended = await kanban.RunAsync(
            "task", "add", "hello", "--lane", "gpu", "--board", "web", "--body-file", "-", "--parent", "web-1", "--parent", "web-2", "--needs", "cuda", "--needs", "mem>=64",
            "--on-host", "box", "--priority", "-5", "--not-before", "2026-05-01T08:00Z", "--label", "nightly", "--idempotency-key", "k1", "--max-runtime", "1h30m", "--on-limit", "retry");

        Assert.Equal(0, ended.Code);
        var asked = Assert.Single(board.Requests);
        Assert.Equal("Bearer kbk_test", asked.Authorization);
        var task = JsonSerializer.Deserialize<CreateTask>(asked.Body, Json.Board)!;
        Assert.Equal(("hello", "gpu", "web", "echo hi\nüñ\n"), (task.Title, task.Lane, task.Board, task.Body));
        Assert.Equal(["web-1", "web-2"], task.Parents!);
        Assert.Equal(["cuda", "mem>=64"], task.Needs!);
        Assert.Equal(("box", -5, "k1", 5400), (task.Host, task.Priority, task.IdempotencyKey, task.MaxRuntimeSeconds));
        Assert.Equal((Samples.At, OnLimit.Retry), (task.NotBefore, task.OnLimit));
        Assert.Equal(["nightly"], task.Labels!);
    }

    [Fact]
    public async Task A_plain_add_says_nothing_that_was_not_said()
    {
        await using var board = await FakeBoard.StartAsync(("POST /tasks", FakeBoard.Answers(Samples.Task(), 201)));
        using var kanban = new CommandLine(board);

        await kanban.RunAsync("task", "add", "hello", "--lane", "shell");

        Assert.Equal("""{"title":"hello","lane":"shell","priority":0}""", Assert.Single(board.Requests).Body);
    }

    [Fact]
    public async Task Edit_sends_a_merge_patch_of_what_was_named_and_none_clears()
    {
        await using var board = await FakeBoard.StartAsync(("PATCH /tasks/main-1", FakeBoard.Answers(Samples.Task())));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("task", "edit", "main-1", "--title", "new", "--on-host", "none", "--needs", "none", "--priority", "3", "--if-version", "7");

        Assert.Equal(0, ended.Code);
        var asked = Assert.Single(board.Requests);
        Assert.Equal("\"7\"", asked.IfMatch);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"title":"new","needs":[],"host":null,"priority":3}"""), JsonNode.Parse(asked.Body)), asked.Body);
    }

    [Fact]
    public async Task Lane_set_clears_a_cap_with_none_and_leaves_the_rest()
    {
        await using var board = await FakeBoard.StartAsync(("PATCH /lanes/shell", FakeBoard.Answers(Samples.Lane())));
        using var kanban = new CommandLine(board);

        await kanban.RunAsync("lane", "set", "shell", "--max-active", "none", "--retry", "ask", "--silence", "15m", "--child-lane", "none");

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"maxActive":null,"retry":"ask","silenceSeconds":900,"childLanes":[]}"""), JsonNode.Parse(Assert.Single(board.Requests).Body)));
    }

    [Fact]
    public async Task A_verb_goes_to_each_key_with_its_reason_and_stops_at_the_first_refusal()
    {
        await using var board = await FakeBoard.StartAsync(
            ("POST /tasks/main-1/cancel", FakeBoard.Answers(Samples.Task(status: Status.Cancelled, reason: "too late"))),
            ("POST /tasks/main-2/cancel", FakeBoard.Refuses(409, "ended", "main-2 is done.")));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("task", "cancel", "main-1", "main-2", "main-3", "--reason", "too late");

        Assert.Equal(5, ended.Code);
        Assert.StartsWith("main-1\tcancelled\t", ended.Out, StringComparison.Ordinal);
        Assert.Equal(["/tasks/main-1/cancel", "/tasks/main-2/cancel"], board.Requests.Select(request => request.Path));
        Assert.All(board.Requests, request => Assert.Equal("""{"reason":"too late"}""", request.Body));
    }

    [Theory]
    [InlineData("task link main-1 --parent main-2", "PUT /tasks/main-1/parents/main-2", "")]
    [InlineData("task unlink main-1 --parent main-2", "DELETE /tasks/main-1/parents/main-2", "")]
    [InlineData("task move main-1 review --reason look", "POST /tasks/main-1/move", """{"status":"review","reason":"look"}""")]
    [InlineData("task block main-1 --reason key", "POST /tasks/main-1/block", """{"reason":"key"}""")]
    [InlineData("task unblock main-1", "POST /tasks/main-1/unblock", "{}")]
    [InlineData("task retry main-1", "POST /tasks/main-1/retry", "{}")]
    [InlineData("task archive main-1", "POST /tasks/main-1/archive", "{}")]
    [InlineData("task restore main-1", "POST /tasks/main-1/restore", "{}")]
    public async Task Each_verb_on_a_task_reaches_its_route(string command, string route, string body)
    {
        await using var board = await FakeBoard.StartAsync((route, FakeBoard.Answers(Samples.Task())));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync(command.Split(' '));

        Assert.True(ended.Code == 0, ended.Error);
        Assert.Equal(body, Assert.Single(board.Requests).Body);
    }

    [Theory]
    [InlineData("lane pause shell --reason lunch", "POST /lanes/shell/pause", """{"reason":"lunch"}""")]
    [InlineData("lane resume shell", "POST /lanes/shell/resume", "")]
    [InlineData("lane reset-breaker shell --reason paid", "POST /lanes/shell/reset-breaker", """{"reason":"paid"}""")]
    [InlineData("lane set gpu --breaker-tasks 0 --breaker-stretch 5m --breaker-cool-down 30s", "PATCH /lanes/gpu", """{"breakerTasks":0,"breakerSeconds":300,"breakerCoolDownSeconds":30}""")]
    [InlineData("lane add gpu --retry-percent 10 --retries-per-minute 5 --max-runs-per-day 9", "POST /lanes", """{"name":"gpu","retryPercent":10,"retriesPerMinute":5,"maxRunsPerDay":9}""")]
    [InlineData("lane add gpu --retries provider=5/1m --retries host=/10s", "POST /lanes", """{"name":"gpu","retries":{"provider":{"attempts":5,"backoffSeconds":60},"host":{"backoffSeconds":10}}}""")]
    [InlineData("lane set gpu --retries provider=5 --retries host=none", "PATCH /lanes/gpu", """{"retries":{"provider":{"attempts":5,"backoffSeconds":null},"host":null}}""")]
    [InlineData("lane add gpu --max-active 2 --retry never --grace 5s", "POST /lanes", """{"name":"gpu","maxActive":2,"retry":"never","graceSeconds":5}""")]
    public async Task Each_verb_on_a_lane_reaches_its_route(string command, string route, string body)
    {
        await using var board = await FakeBoard.StartAsync((route, FakeBoard.Answers(Samples.Lane(paused: true))));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync(command.Split(' '));

        Assert.True(ended.Code == 0, ended.Error);
        Assert.Equal(body, Assert.Single(board.Requests).Body);
    }

    [Theory]
    [InlineData("pool create vllm-a --kind gateway --cap 12 --floor 2 --profile codex=1 --profile claude", "POST /pools", """{"name":"vllm-a","kind":"gateway","capacity":12,"floor":2,"profiles":{"codex":1,"claude":1}}""")]
    [InlineData("pool unpark acct-x --reason paid", "POST /pools/acct-x/unpark", """{"reason":"paid"}""")]
    [InlineData("pool delete vllm-a --reason replaced", "DELETE /pools/vllm-a", "")]
    [InlineData("pool set vllm-a --cap 4 --ceiling none --profile codex=none --reason nights", "PATCH /pools/vllm-a", """{"capacity":4,"ceiling":null,"profiles":{"codex":null},"reason":"nights"}""")]
    [InlineData("pool create vllm-a --kind gateway --probe vllm --address http://gpu-1:8000 --key KANBAN_KEY_VLLM", "POST /pools", """{"name":"vllm-a","kind":"gateway","probe":"vllm","address":"http://gpu-1:8000","key":"KANBAN_KEY_VLLM"}""")]
    [InlineData("pool set vllm-a --probe prometheus --query up --overload-above 1.5 --floor 1", "PATCH /pools/vllm-a", """{"floor":1,"probe":"prometheus","query":"up","overloadAbove":1.5}""")]
    [InlineData("pool set vllm-a --cap 4 --hold", "PATCH /pools/vllm-a", """{"capacity":4,"hold":true}""")]
    [InlineData("pool set vllm-a --auto --probe none", "PATCH /pools/vllm-a", """{"probe":null,"hold":false}""")]
    [InlineData("pool set vllm-a --window 22:00-06:00=12", "PATCH /pools/vllm-a", """{"windows":["22:00-06:00=12"]}""")]
    [InlineData("pool show vllm-a", "GET /pools/vllm-a", "")]
    [InlineData("pool pause vllm-a --reason quota", "POST /pools/vllm-a/pause", """{"reason":"quota"}""")]
    [InlineData("pool resume vllm-a", "POST /pools/vllm-a/resume", "")]
    [InlineData("pause --all --reason fire", "POST /pools/all/pause", """{"reason":"fire"}""")]
    [InlineData("resume --all", "POST /pools/all/resume", "")]
    public async Task Each_verb_on_a_pool_reaches_its_route(string command, string route, string body)
    {
        await using var board = await FakeBoard.StartAsync((route, FakeBoard.Answers(Samples.Pool())));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync(command.Split(' '));

        Assert.True(ended.Code == 0, ended.Error);
        Assert.Equal(body, Assert.Single(board.Requests).Body);
    }

    [Fact]
    public async Task A_board_is_changed_with_a_reason()
    {
        await using var board = await FakeBoard.StartAsync(("PATCH /boards/main", FakeBoard.Answers(new BoardView("main", "Main", 4, 0, new Dictionary<string, int>(), Samples.At, 4, CapSource.Configured, []))));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("board", "set", "main", "--max-active", "4", "--reason", "nights");

        Assert.True(ended.Code == 0, ended.Error);
        Assert.Equal("""{"maxActive":4,"reason":"nights"}""", Assert.Single(board.Requests).Body);
    }

    [Fact]
    public async Task A_ledger_that_does_not_add_up_is_a_failure()
    {
        var ledger = new LedgerView([new("pool vllm-a", 2, CapSource.Configured, 3, 1, false, true)], ["pool vllm-a: live runs draw 2, admission counts 3"]);
        await using var board = await FakeBoard.StartAsync(("GET /ledger", FakeBoard.Answers(ledger)));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("ops", "check");

        Assert.Equal((1, "pool vllm-a\tover\t3\t2\tconfigured\t1\n", "pool vllm-a: live runs draw 2, admission counts 3\n"), (ended.Code, ended.Out, ended.Error));
    }

    [Fact]
    public async Task Dispatch_prints_what_starts_and_notes_why_the_rest_waits()
    {
        var answer = new DispatchView(true, [new("web-1", "shell", "web", null, new Dictionary<string, int> { ["vllm-a"] = 2 })], true, [new("shell", 2, "web-2", "lane shell is paused")]);
        await using var board = await FakeBoard.StartAsync(("POST /dispatch", FakeBoard.Answers(answer)));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("dispatch", "--max", "1", "--dry-run");

        Assert.Equal("""{"max":1,"dryRun":true}""", Assert.Single(board.Requests).Body);
        Assert.Equal((0, "web-1\tshell\t\tvllm-a=2\n", "Lane shell: 2 ready tasks wait; web-2: lane shell is paused\nAnother pass would start more.\n"), (ended.Code, ended.Out, ended.Error));
    }

    [Theory]
    [InlineData("lane set shell --draw vllm-a=2 --draw acct-x=none --cap 3", "PATCH /lanes/shell", """{"maxActive":3,"draws":{"vllm-a":2,"acct-x":null}}""")]
    [InlineData("lane set shell --draw none", "PATCH /lanes/shell", """{"draws":null}""")]
    [InlineData("lane set shell --window 22:00-06:00_Europe/Berlin --window sun_00:00-24:00=0 --reason nights", "PATCH /lanes/shell", """{"windows":["22:00-06:00 Europe/Berlin","sun 00:00-24:00=0"],"reason":"nights"}""")]
    [InlineData("lane set shell --window none", "PATCH /lanes/shell", """{"windows":null}""")]
    [InlineData("lane add gpu --window 22:00-06:00", "POST /lanes", """{"name":"gpu","windows":["22:00-06:00"]}""")]
    [InlineData("lane show shell", "GET /lanes/shell", "")]
    [InlineData("lane add gpu --cap 2 --draw vllm-a", "POST /lanes", """{"name":"gpu","maxActive":2,"draws":{"vllm-a":1}}""")]
    public async Task Draws_and_windows_of_a_lane_are_sent_as_they_are_given(string command, string route, string body)
    {
        await using var board = await FakeBoard.StartAsync((route, FakeBoard.Answers(Samples.Lane())));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync([.. command.Split(' ').Select(word => word.Replace('_', ' '))]);

        Assert.True(ended.Code == 0, ended.Error);
        Assert.Equal(body, Assert.Single(board.Requests).Body);
    }

    [Theory]
    [InlineData("lane set shell --draw vllm-a=some")]
    [InlineData("lane add shell --draw vllm-a=none")]
    [InlineData("pause")]
    public async Task What_names_no_units_or_no_extent_is_a_mistake_of_the_caller(string command)
    {
        await using var board = await FakeBoard.StartAsync();
        using var kanban = new CommandLine(board);

        Assert.Equal(2, (await kanban.RunAsync(command.Split(' '))).Code);
        Assert.Empty(board.Requests);
    }

    [Fact]
    public async Task A_new_token_is_printed_alone_so_that_a_script_can_take_it()
    {
        await using var board = await FakeBoard.StartAsync(("POST /tokens", FakeBoard.Answers(new TokenCreated(Guid.Empty, "ci", TokenKind.Worker, "kbw_secret"), 201)));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("token", "create", "ci", "--kind", "worker");

        Assert.Equal("kbw_secret\n", ended.Out);
        Assert.Equal("""{"name":"ci","kind":"worker"}""", Assert.Single(board.Requests).Body);
    }
}
